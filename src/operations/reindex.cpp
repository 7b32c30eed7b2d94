// The operation op.reindex: its keys and its SQL.
#include "operations/maintenance_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<Reindex>& Reindex::definition() {
  using Self = Reindex;
  static const auto reindex =
      operation<Self>("reindex", "Builds an index, or all of a table, anew.")
          .optional("table", &Self::table, "Table whose indexes are built anew.")
          .optional("index", &Self::index, "One index, in place of a table.")
          .optional("concurrently", &Self::concurrently, "Lets writers go on meanwhile; runs outside of a transaction.")
          .optional("schema", &Self::schema, "Schema of the table or index; found by the search_path when left out.")
          .check([](const Self& op) -> std::string {
            return op.table.empty() == op.index.empty() ? "give either table or index" : "";
          })
          .needs_no_transaction([](const Self& op) { return op.concurrently; })
          .example(R"(op.reindex { table = "orders", concurrently = true })")
          .describe([](const Self& op) {
            return op.index.empty() ? "reindex " + shown(op.schema, op.table)
                                    : "reindex index " + shown(op.schema, op.index);
          })
          .sql([](const Self& op) {
            return fmt::format("REINDEX {}{} {}", op.index.empty() ? "TABLE" : "INDEX",
                               when(op.concurrently, "CONCURRENTLY"),
                               quote_qualified(op.schema, op.index.empty() ? op.table : op.index));
          });
  return reindex;
}

}  // namespace operations
