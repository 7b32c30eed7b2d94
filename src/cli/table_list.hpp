// The tables and views of a database as a list.
#pragma once
#include "base/console.hpp"
#include "postgres/session.hpp"

namespace cli {

/// schema, name, kind, owner, rows as PostgreSQL guesses them (NULL when it does not), bytes; by schema and name.
postgres::Result read_table_list(postgres::Session& session);
void print_table_list(base::Console& console, const postgres::Result& tables);

}  // namespace cli
