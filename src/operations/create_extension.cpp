// The operation op.create_extension: its keys, its SQL and what undoes it.
#include "operations/schema_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateExtension>& CreateExtension::definition() {
  using Self = CreateExtension;
  static const auto create_extension =
      operation<Self>("create_extension", "Installs an extension in the database.")
          .required("name", &Self::name, "Extension.")
          .optional("schema", &Self::schema, "Schema for its objects.")
          .optional("version", &Self::version, "Version; the newest when left out.")
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when there is an extension of this name.")
          .optional("cascade", &Self::cascade, "Also installs the extensions that it needs.")
          .example(R"(op.create_extension { name = "pg_trgm", if_not_exists = true })")
          .describe([](const Self& op) { return "create extension " + shown("", op.name); })
          .sql([](const Self& op) {
            return fmt::format(
                "CREATE EXTENSION{} {}{}{}{}", if_not_exists_sql(op.if_not_exists), quote_identifier(op.name),
                op.schema.empty() ? "" : " SCHEMA " + quote_identifier(op.schema),
                op.version.empty() ? "" : " VERSION " + quote_literal(op.version), cascade_sql(op.cascade));
          })
          .reverse([](const Self& op) -> std::optional<DropExtension> {
            if (op.if_not_exists) return std::nullopt;
            return DropExtension{.name = op.name};
          });
  return create_extension;
}

}  // namespace operations
