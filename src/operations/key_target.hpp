// What a change of keys makes of its call, the same for every strategy: types, new values, defaults, records.
#pragma once
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "operations/key_mapping.hpp"
#include "operations/key_operations.hpp"
#include "operations/set_aside.hpp"

namespace operations {

/// smallint, integer or bigint, as format_type writes them.
bool is_integer(const std::string& type);
/// `type` as PostgreSQL writes it: "int8" is "bigint".
std::string canonical_type(postgres::Session& session, const std::string& type);
/// The type that all old values of a domain fit.
std::string common_type(const KeyDomain& domain);
KeyMapping mapping_of(const KeyDomain& domain, const std::string& schema);

/// `references` of the call: "journals.user_id", or "journals.user_id -> users.id".
std::vector<UndeclaredReference> undeclared_in(postgres::Session& session, const std::string& operation,
                                               const std::vector<KeyStart>& starts, const KeyTarget& target);

/// How a new key is made, for a row of the key's table.
std::string new_key_sql(const std::string& operation, const KeyColumn& key, const KeyTarget& target,
                        const std::string& to);
/// A default that makes keys by itself, and not one fixed key.
bool makes_keys(const KeyColumn& column);
/// What makes keys from now on, in place of a sequence.
std::string new_default(const KeyColumn& column, const KeyTarget& target, const std::string& to);

/// The column's sequence, and an identity as it has to be made again.
void record_identity(postgres::Session& session, const KeyColumn& column, ColumnRecord& record);
MappingRecord record_of(postgres::Session& session, const KeyDomain& domain);

/// Everything that depends on the columns of a graph.
SetAside aside_of(postgres::Session& session, const KeyGraph& graph);

}  // namespace operations
