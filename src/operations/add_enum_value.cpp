// The operation op.add_enum_value: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

const Definition<AddEnumValue>& AddEnumValue::definition() {
  using Self = AddEnumValue;
  static const auto add_enum_value =
      operation<Self>("add_enum_value",
                      "Adds a value to an enum type. PostgreSQL cannot take it away again, and it can be used only "
                      "after the transaction.")
          .required("name", &Self::name, "Enum type.")
          .required("value", &Self::value, "Value to add; last when neither before nor after is given.")
          .optional("before", &Self::before, "Value that it comes before.")
          .optional("after", &Self::after, "Value that it comes after.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when there is a value of this name.")
          .check([](const Self& op) -> std::string {
            return op.before && op.after ? "give before or after, not both" : "";
          })
          .example(R"(op.add_enum_value { name = "order_status", value = "returned", after = "sent" })")
          .describe([](const Self& op) {
            return fmt::format("add value \"{}\" to enum {}", op.value, shown(op.schema, op.name));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TYPE {} ADD VALUE{} {}{}", quote_qualified(op.schema, op.name),
                               if_not_exists_sql(op.if_not_exists), quote_literal(op.value),
                               op.before  ? " BEFORE " + quote_literal(*op.before)
                               : op.after ? " AFTER " + quote_literal(*op.after)
                                          : "");
          });
  return add_enum_value;
}

}  // namespace operations
