// The operation op.drop_index: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/index_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

std::string name_of(const DropIndex& op) { return op.name.empty() ? index_name(op.table, op.columns) : op.name; }

}  // namespace

const Definition<DropIndex>& DropIndex::definition() {
  using Self = DropIndex;
  static const auto drop_index =
      operation<Self>("drop_index",
                      "Drops an index, by its name or as the one that op.create_index named after table and columns.")
          .optional("name", &Self::name, "Index to drop.")
          .optional("table", &Self::table, "With columns: the table of an index named ix_<table>_<columns>.")
          .optional("columns", &Self::columns, "With table: its columns.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such index.")
          .optional("concurrently", &Self::concurrently,
                    "Lets readers and writers go on meanwhile; cannot run in a transaction.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it: foreign keys that need its uniqueness.")
          .check([](const Self& op) -> std::string {
            if (op.name.empty() && (op.table.empty() || op.columns.empty()))
              return "missing key \"name\" (or table and columns)";
            return op.concurrently && op.cascade ? "PostgreSQL has no cascade with concurrently" : "";
          })
          .needs_no_transaction([](const Self& op) { return op.concurrently; })
          .example(R"(op.drop_index { name = "ix_orders_customer_id" })")
          .describe([](const Self& op) { return "drop index " + shown(op.schema, name_of(op)); })
          .sql([](const Self& op) {
            return fmt::format("DROP INDEX{}{} {}{}", when(op.concurrently, "CONCURRENTLY"),
                               if_exists_sql(op.if_exists), quote_qualified(op.schema, name_of(op)),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_index " + name_of(op),
                                 relation_object(quote_qualified(op.schema, name_of(op))), true);
          });
  return drop_index;
}

}  // namespace operations
