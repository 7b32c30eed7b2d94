// Which privileges on which objects: the part that grant and revoke share.
#include <algorithm>
#include <array>

#include "operations/privilege_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Fields<Privileges>& Privileges::fields() {
  using Self = Privileges;
  static const auto list =
      Fields<Self>()
          .required("privileges", &Self::privileges, "What is allowed.")
          .one_of({"all", "select", "insert", "update", "delete", "truncate", "references", "trigger", "usage",
                   "create", "connect", "temporary", "execute", "maintain", "set"})
          .optional("on", &Self::on, "Kind of object; table (which views are too) when left out.")
          .one_of({"table", "sequence", "function", "procedure", "schema", "type", "domain", "database", "language",
                   "foreign server", "foreign data wrapper", "all tables", "all sequences", "all functions",
                   "all procedures"})
          .optional("name", &Self::names,
                    "Object, or list of objects; not with `all ...`, which are those of a schema.")
          .optional("columns", &Self::columns, "With a table: these columns only.")
          .optional("arguments", &Self::arguments, "With a function: its argument types.")
          .optional("schema", &Self::schema, "Schema of the objects.");
  return list;
}

std::string Privileges::problem() const {
  const bool all = on.starts_with("all ");
  if (all && schema.empty()) return fmt::format("on = \"{}\" needs a schema", on);
  if (all && !names.empty()) return fmt::format("on = \"{}\" takes no name", on);
  if (!all && names.empty()) return "missing key \"name\"";
  static constexpr std::array<std::string_view, 6> of_schemas = {"table",     "sequence", "function",
                                                                 "procedure", "type",     "domain"};
  if (!all && !schema.empty() && std::find(of_schemas.begin(), of_schemas.end(), on) == of_schemas.end())
    return fmt::format("on = \"{}\" takes no schema", on);
  if (privileges.empty()) return "privileges: needs at least one";
  if (privileges.size() > 1 && std::find(privileges.begin(), privileges.end(), "all") != privileges.end())
    return "privileges: \"all\" stands alone";
  if (arguments && on != "function" && on != "procedure")
    return "arguments go with on = \"function\" or on = \"procedure\"";
  return !columns.empty() && on != "table" ? "columns go with on = \"table\"" : "";
}

std::string to_sql(const Privileges& what) {
  std::string privileges, objects;
  for (const std::string& each : what.privileges) {
    privileges += (privileges.empty() ? "" : ", ") + base::upper(each);
    if (!what.columns.empty()) privileges += " (" + quoted_list(what.columns) + ")";
  }
  if (what.on.starts_with("all "))
    return fmt::format("{} ON {} IN SCHEMA {}", privileges, base::upper(what.on), quote_identifier(what.schema));
  for (const std::string& name : what.names)
    objects += (objects.empty() ? "" : ", ") + routine_name(what.schema, name, what.arguments);
  return fmt::format("{} ON {} {}", privileges, base::upper(what.on), objects);
}

}  // namespace operations
