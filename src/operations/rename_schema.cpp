// The operation op.rename_schema: its keys, its SQL and what undoes it.
#include "operations/schema_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<RenameSchema>& RenameSchema::definition() {
  using Self = RenameSchema;
  static const auto rename_schema =
      operation<Self>("rename_schema", "Renames a schema.")
          .required("name", &Self::name, "Schema to rename.")
          .required("to", &Self::to, "New name.")
          .example(R"(op.rename_schema { name = "billing", to = "invoicing" })")
          .describe([](const Self& op) { return fmt::format("rename schema \"{}\" to \"{}\"", op.name, op.to); })
          .sql([](const Self& op) {
            return fmt::format("ALTER SCHEMA {} RENAME TO {}", quote_identifier(op.name), quote_identifier(op.to));
          })
          .reverse([](const Self& op) { return Self{.name = op.to, .to = op.name}; });
  return rename_schema;
}

}  // namespace operations
