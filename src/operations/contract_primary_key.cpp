// The operations op.contract_primary_key and op.abort_primary_key: their keys, and which change they end.
#include "operations/key_retyping.hpp"
#include "operations/online_operations.hpp"
#include "operations/online_phases.hpp"
#include "operations/sql.hpp"

namespace operations {

using postgres::Session;

const Definition<ContractPrimaryKey>& ContractPrimaryKey::definition() {
  using Self = ContractPrimaryKey;
  static const auto contract_primary_key =
      operation<Self>(
          "contract_primary_key",
          "Ends op.retype_primary_key { strategy = \"online\" }: drops the old columns of the key and of all "
          "that refers to it, and the triggers that kept both in step.")
          .required("table", &Self::table, "Table whose key was changed.")
          .optional("column", &Self::column, "The key, where the primary key has several columns.")
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.contract_primary_key { table = "users" })")
          .describe(
              [](const Self& op) { return fmt::format("contract the primary key of {}", shown(op.schema, op.table)); })
          .sql([](const Self&) { return needs_live_database("contract_primary_key"); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!session.is_live()) needs_live_database("contract_primary_key");
            const std::string name = "contract_primary_key";
            const KeyStart key = find_primary_key(session, name, op.schema, op.table, op.column);
            contract_online(session, notes, online_change_of(session, name, op.schema, op.table, key.column));
          });
  return contract_primary_key;
}

const Definition<AbortPrimaryKey>& AbortPrimaryKey::definition() {
  using Self = AbortPrimaryKey;
  static const auto abort_primary_key =
      operation<Self>("abort_primary_key",
                      "Takes op.retype_primary_key { strategy = \"online\" } back, before or after its swap and before "
                      "its contract, with all that was written since.")
          .required("table", &Self::table, "Table whose key goes back.")
          .optional("column", &Self::column, "The key, where the primary key has several columns.")
          .optional("if_exists", &Self::if_exists, "No error where no change is under way.")
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.abort_primary_key { table = "users" })")
          .describe([](const Self& op) {
            return fmt::format("abort the change of the primary key of {}", shown(op.schema, op.table));
          })
          .sql([](const Self&) { return needs_live_database("abort_primary_key"); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!session.is_live()) needs_live_database("abort_primary_key");
            const std::string name = "abort_primary_key";
            const KeyStart key = find_primary_key(session, name, op.schema, op.table, op.column);
            if (op.if_exists && !find_online_change(session, quote_qualified(op.schema, op.table), key.column))
              return notes.note(fmt::format("no online change of {} is under way", shown(op.schema, op.table)));
            abort_online(session, notes, online_change_of(session, name, op.schema, op.table, key.column));
          });
  return abort_primary_key;
}

}  // namespace operations
