// The operations that end online changes of keys, of one or of a schema: their keys, and which changes they end.
#include "base/error.hpp"
#include "operations/key_starts.hpp"
#include "operations/online_operations.hpp"
#include "operations/online_phases.hpp"
#include "operations/sql.hpp"

namespace operations {

using postgres::Session;

namespace {

/// Throws code::no_online_change when there is none, unless that is fine.
std::vector<OnlineChange> key_changes_of(Session& session, const std::string& operation, const std::string& schema,
                                         bool if_exists) {
  std::vector<OnlineChange> changes;
  in_one_transaction(session, [&] {
    changes = find_key_changes(session, schema);
    if (changes.empty() && !if_exists)
      throw base::Error(base::code::no_online_change,
                        fmt::format("op.{}: no online change of a primary key is under way{}", operation,
                                    schema.empty() ? "" : " in schema \"" + schema + "\""))
          .advise("it was never begun, or has ended; after a contract the way back is another change");
  });
  return changes;
}

std::string of_schema(const std::string& schema) { return schema.empty() ? "" : " of schema \"" + schema + "\""; }

}  // namespace

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

const Definition<ContractAllPrimaryKeys>& ContractAllPrimaryKeys::definition() {
  using Self = ContractAllPrimaryKeys;
  static const auto contract_all_primary_keys =
      operation<Self>("contract_all_primary_keys",
                      "Ends every online change of primary keys in a schema, as op.contract_primary_key does for one.")
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.contract_all_primary_keys { schema = "app" })")
          .describe([](const Self& op) { return "contract all primary keys" + of_schema(op.schema); })
          .sql([](const Self&) { return needs_live_database("contract_all_primary_keys"); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!session.is_live()) needs_live_database("contract_all_primary_keys");
            for (const OnlineChange& each : key_changes_of(session, "contract_all_primary_keys", op.schema, false))
              contract_online(session, notes, each);
          });
  return contract_all_primary_keys;
}

const Definition<AbortAllPrimaryKeys>& AbortAllPrimaryKeys::definition() {
  using Self = AbortAllPrimaryKeys;
  static const auto abort_all_primary_keys =
      operation<Self>("abort_all_primary_keys",
                      "Takes op.retype_all_primary_keys { strategy = \"online\" } back, before or after its swap and "
                      "before its contract, with all that was written since.")
          .optional("if_exists", &Self::if_exists, "No error where no change is under way.")
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.abort_all_primary_keys { schema = "app" })")
          .describe([](const Self& op) { return "abort the changes of all primary keys" + of_schema(op.schema); })
          .sql([](const Self&) { return needs_live_database("abort_all_primary_keys"); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!session.is_live()) needs_live_database("abort_all_primary_keys");
            const auto changes = key_changes_of(session, "abort_all_primary_keys", op.schema, op.if_exists);
            if (changes.empty()) notes.note("no online change of a primary key is under way");
            for (const OnlineChange& each : changes) abort_online(session, notes, each);
          });
  return abort_all_primary_keys;
}

}  // namespace operations
