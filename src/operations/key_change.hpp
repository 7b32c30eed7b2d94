// The change of all columns of a key at once: one pass over each table, and everything that stands on them as before.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "operations/key_mapping.hpp"
#include "operations/operation.hpp"
#include "operations/set_aside.hpp"

namespace operations {

/// What becomes of one column.
struct KeyColumnChange {
  std::string type;
  /// Of the value before: the column itself, cast, or an expression of KeyValues.
  std::string value;
  /// The default and identity that it has after; both empty for none. `keeps_default`: they are not touched.
  std::string default_sql, identity_sql;
  bool keeps_default = false;
};

struct KeyDomainChange {
  const KeyDomain* domain = nullptr;
  /// Beside domain->columns.
  std::vector<KeyColumnChange> columns;
};

/// Runs `read` with pg_catalog alone in the search_path, so that the catalogue's names come qualified and no operator
/// of a user's schema is taken, and gives the session its own back.
void with_catalogue_path(postgres::Session& session, const std::function<void()>& read);

/// Locks the tables against everybody, so that nothing that was read of them changes any more.
void lock_tables(postgres::Session& session, const std::vector<std::string>& tables);

/// Throws code::key_not_retypable with everything that stands in the way.
void refuse_fixed(const std::string& operation, const KeyGraph& graph, const SetAside& aside);
/// Throws code::key_orphans for references that no constraint vouches for and that lead nowhere.
void refuse_orphans(postgres::Session& session, const KeyGraph& graph);

/// Takes away what cannot stand; to be called before any column changes.
void take_away(postgres::Session& session, const KeyGraph& graph, const SetAside& aside);
/// One ALTER TABLE for each table, and fresh statistics of the changed columns.
void change_columns(postgres::Session& session, const std::vector<KeyDomainChange>& changes,
                    const std::vector<std::string>& in_the_way);
void put_back(postgres::Session& session, const KeyGraph& graph, const SetAside& aside);

/// Checks and index expressions that compute with the columns: they may not fit another type.
std::vector<std::string> computed_on(postgres::Session& session, const KeyGraph& graph);

}  // namespace operations
