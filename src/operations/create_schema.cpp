// The operation op.create_schema: its keys, its SQL and what undoes it.
#include "operations/schema_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateSchema>& CreateSchema::definition() {
  using Self = CreateSchema;
  static const auto create_schema =
      operation<Self>("create_schema", "Creates a schema.")
          .required("name", &Self::name, "Schema to create.")
          .optional("owner", &Self::owner, "Role that owns it.")
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when there is a schema of this name.")
          .example(R"(op.create_schema { name = "billing" })")
          .describe([](const Self& op) { return "create schema " + shown("", op.name); })
          .sql([](const Self& op) {
            return fmt::format("CREATE SCHEMA{} {}{}", if_not_exists_sql(op.if_not_exists), quote_identifier(op.name),
                               op.owner.empty() ? "" : " AUTHORIZATION " + role_list({op.owner}));
          })
          .reverse([](const Self& op) -> std::optional<DropSchema> {
            if (op.if_not_exists) return std::nullopt;
            return DropSchema{.name = op.name};
          });
  return create_schema;
}

}  // namespace operations
