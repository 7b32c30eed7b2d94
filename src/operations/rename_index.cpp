// The operation op.rename_index: its keys, its SQL and what undoes it.
#include "operations/index_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<RenameIndex>& RenameIndex::definition() {
  using Self = RenameIndex;
  static const auto rename_index =
      operation<Self>("rename_index", "Renames an index; a constraint that it carries gets the name too.")
          .required("name", &Self::name, "Index to rename.")
          .required("to", &Self::to, "New name.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such index.")
          .example(R"(op.rename_index { name = "ix_orders_note", to = "ix_orders_remark" })")
          .describe(
              [](const Self& op) { return fmt::format("rename index {} to \"{}\"", shown(op.schema, op.name), op.to); })
          .sql([](const Self& op) {
            return fmt::format("ALTER INDEX{} {} RENAME TO {}", if_exists_sql(op.if_exists),
                               quote_qualified(op.schema, op.name), quote_identifier(op.to));
          })
          .reverse([](const Self& op) {
            return Self{.schema = op.schema, .name = op.to, .to = op.name, .if_exists = op.if_exists};
          });
  return rename_index;
}

}  // namespace operations
