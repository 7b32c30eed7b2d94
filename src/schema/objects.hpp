// What a database holds besides rows, as a list of names; and the SQL that removes it.
#pragma once
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace schema {

/// "table public.books", "function public.f(integer)", "extension vector": every object of the user's that stands by
/// itself, sorted. What belongs to a table (columns, indexes, constraints, triggers) goes with it and is not listed.
std::vector<std::string> read_objects(postgres::Session& session);

/// The query behind read_objects(): one column, in no order.
std::string objects_sql();

/// Removes every object that read_objects() lists, and all large objects; extensions in `kept_extensions` stay. To be
/// run inside a transaction.
std::string drop_all_sql(const std::vector<std::string>& kept_extensions);

/// Has the database neither objects nor large objects?
bool is_empty_database(postgres::Session& session);

}  // namespace schema
