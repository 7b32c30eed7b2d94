// What PostgreSQL will not let stand while a column changes its type: views, triggers, policies ... taken away before
// and put back after, as they were.
#pragma once
#include <string>
#include <vector>

#include "operations/operation.hpp"
#include "postgres/session.hpp"

namespace operations {

struct SetAside {
  /// "view public.active_users", for people.
  std::vector<std::string> objects;
  /// In the order in which they are to be run.
  std::vector<std::string> drop, create;
  /// Depends on a column and cannot be put back where it was: generated columns.
  std::vector<std::string> fixed;
};

/// Everything that depends on these columns, and on views that do. Tables by OID. The session's search_path is
/// pg_catalog alone, so that definitions come with qualified names.
SetAside read_set_aside(postgres::Session& session, const std::vector<std::string>& table_oids,
                        const std::vector<std::string>& columns);

}  // namespace operations
