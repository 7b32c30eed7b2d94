// What PostgreSQL drops together with an object, asked before the drop: constraints, indexes, views, and so on.
#pragma once
#include <string>

#include "operations/operation.hpp"
#include "postgres/session.hpp"

namespace operations {

/// An SQL query for (classid, objid, objsubid) of pg_depend, empty where there is no such object.
struct DroppedObject {
  std::string query;
  postgres::Parameters parameters;
};

/// A table, view, materialized view, index or sequence. `quoted` is the name as it stands in SQL.
DroppedObject relation_object(const std::string& quoted);
DroppedObject column_object(const std::string& quoted_table, const std::string& column);
DroppedObject type_object(const std::string& quoted);
DroppedObject schema_object(const std::string& name);
DroppedObject extension_object(const std::string& name);
/// `signature` is a name with arguments for to_regprocedure, or without for to_regproc.
DroppedObject routine_object(const std::string& signature);
DroppedObject constraint_object(const std::string& quoted_table, const std::string& name);

/// Notes "<what> also drops <kind> <name>" for each object that goes along; with `cascade` those of other tables too.
/// The table's own indexes, columns and constraints are the table, so they are not named when a whole table goes.
/// Nothing on a session that is not live. Source: pg_depend, PostgreSQL 15 documentation 53.18.
void note_dropped_along(postgres::Session& session, Notes& notes, const std::string& what, const DroppedObject& object,
                        bool cascade);

}  // namespace operations
