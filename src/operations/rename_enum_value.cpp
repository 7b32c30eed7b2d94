// The operation op.rename_enum_value: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

const Definition<RenameEnumValue>& RenameEnumValue::definition() {
  using Self = RenameEnumValue;
  static const auto rename_enum_value =
      operation<Self>("rename_enum_value", "Renames a value of an enum type; rows that hold it follow.")
          .required("name", &Self::name, "Enum type.")
          .required("value", &Self::value, "Value to rename.")
          .required("to", &Self::to, "New text of the value.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.rename_enum_value { name = "order_status", value = "sent", to = "shipped" })")
          .describe([](const Self& op) {
            return fmt::format("rename value \"{}\" of enum {} to \"{}\"", op.value, shown(op.schema, op.name), op.to);
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TYPE {} RENAME VALUE {} TO {}", quote_qualified(op.schema, op.name),
                               quote_literal(op.value), quote_literal(op.to));
          })
          .reverse([](const Self& op) {
            return Self{.schema = op.schema, .name = op.name, .value = op.to, .to = op.value};
          });
  return rename_enum_value;
}

}  // namespace operations
