// What stands on a table or column that goes or changes.
#pragma once
#include "migrate/impact.hpp"
#include "schema/relation.hpp"

namespace migrate {

/// Fills in `table.dependents`: what PostgreSQL's catalogue ties to the table and its columns, and functions whose text
/// has their names, which is said as "by name only".
void read_dependents(postgres::Session& session, const schema::Relation& relation, TouchedTable& table);

}  // namespace migrate
