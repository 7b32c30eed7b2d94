// The operations op.retype_primary_key and op.retype_all_primary_keys: their keys, what they do and what undoes it.
#include "base/error.hpp"
#include "operations/key_operations.hpp"
#include "operations/key_retyping.hpp"
#include "operations/key_starts.hpp"
#include "operations/online_operations.hpp"
#include "operations/retype_online.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

/// Their SQL follows from the catalogue.
std::vector<std::string> needs_database(const std::string& name) {
  throw base::Error(base::code::needs_database, fmt::format("op.{} asks the database what refers to the key", name))
      .advise("run it on a database; --sql cannot write it down");
}

bool is_online(const KeyTarget& target) { return target.strategy == "online"; }

}  // namespace

const Fields<KeyTarget>& KeyTarget::fields() {
  using Self = KeyTarget;
  static const auto list =
      Fields<Self>()
          .required("to", &Self::to, "New type: uuid, bigint ...")
          .optional("using", &Self::using_expression,
                    "SQL expression over a row of the key's table that makes its new key, or for one table and offline "
                    "a Lua function of the row; left out, a random UUID, or the "
                    "number itself where an integer becomes wider.")
          .optional(
              "default", &Self::default_value,
              "Default of the key after, where it had a sequence: gen_random_uuid() for uuid when left out; db.null "
              "for none.")
          .optional(
              "references", &Self::references,
              "Columns that hold the key without a foreign key: `journals.user_id`; `journals.user_id -> users.id` "
              "where several keys change.")
          .optional("keep_mapping", &Self::keep_mapping,
                    "Keep old and new keys in <table>_id_map (true); the way back needs it.")
          .optional("mapping_schema", &Self::mapping_schema, "Schema of that table; the key's own when left out.")
          .optional("strategy", &Self::strategy,
                    "offline: one transaction that nobody else reads or writes beside; online: while others read and "
                    "write, until "
                    "op.contract_primary_key.")
          .one_of({"offline", "online"});
  return list;
}

const Definition<RetypePrimaryKey>& RetypePrimaryKey::definition() {
  using Self = RetypePrimaryKey;
  static const auto retype_primary_key =
      operation<Self>("retype_primary_key",
                      "Gives a primary key another type, with every column that refers to it, in one pass over each "
                      "table; indexes, foreign keys, views, triggers, policies and privileges are as before.")
          .required("table", &Self::table, "Table whose key changes.")
          .include(&Self::target)
          .optional("column", &Self::column, "The key, where the primary key has several columns.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.retype_primary_key { table = "users", to = "uuid" })")
          .describe([](const Self& op) {
            return fmt::format("change the primary key of {} to {}", shown(op.schema, op.table), op.target.to);
          })
          .needs_no_transaction([](const Self& op) { return is_online(op.target); })
          .sql([](const Self&) { return needs_database("retype_primary_key"); })
          .run([](const Self& op, postgres::Session& session, Notes& notes) {
            if (!session.is_live()) needs_database("retype_primary_key");
            const std::string name = "retype_primary_key";
            if (is_online(op.target))
              return retype_keys_online(session, notes, name,
                                        {find_primary_key(session, name, op.schema, op.table, op.column)}, op.target);
            retype_keys(session, notes, name, {find_primary_key(session, name, op.schema, op.table, op.column)},
                        op.target);
          })
          .reverse([](const Self& op) -> std::unique_ptr<Operation> {
            if (is_online(op.target))
              return make_operation(AbortPrimaryKey{.schema = op.schema, .table = op.table, .column = op.column});
            if (!op.target.keep_mapping || op.target.to != "uuid") return nullptr;
            return make_operation(RestorePrimaryKey{.schema = op.schema,
                                                    .table = op.table,
                                                    .column = op.column,
                                                    .mapping_schema = op.target.mapping_schema});
          });
  return retype_primary_key;
}

const Definition<RetypeAllPrimaryKeys>& RetypeAllPrimaryKeys::definition() {
  using Self = RetypeAllPrimaryKeys;
  static const auto retype_all_primary_keys =
      operation<Self>("retype_all_primary_keys",
                      "Gives all integer primary keys of a schema another type, with every column that refers to them; "
                      "offline each table is rewritten once, online they change places together. "
                      "`schema.retype_all_primary_keys` is the same.")
          .include(&Self::target)
          .optional("except", &Self::except, "Tables whose keys stay.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.retype_all_primary_keys { to = "uuid", except = "countries" })")
          .describe([](const Self& op) {
            return fmt::format("change all integer primary keys{} to {}",
                               op.schema.empty() ? "" : " of schema \"" + op.schema + "\"", op.target.to);
          })
          .needs_no_transaction([](const Self& op) { return is_online(op.target); })
          .sql([](const Self&) { return needs_database("retype_all_primary_keys"); })
          .run([](const Self& op, postgres::Session& session, Notes& notes) {
            if (!session.is_live()) needs_database("retype_all_primary_keys");
            const std::string name = "retype_all_primary_keys";
            const std::vector<KeyStart> keys = integer_primary_keys(session, op.schema, op.except, op.target.to);
            if (is_online(op.target)) return retype_keys_online(session, notes, name, keys, op.target);
            retype_keys(session, notes, name, keys, op.target);
          })
          .reverse([](const Self& op) -> std::unique_ptr<Operation> {
            if (is_online(op.target)) return make_operation(AbortAllPrimaryKeys{.schema = op.schema});
            if (!op.target.keep_mapping || op.target.to != "uuid") return nullptr;
            return make_operation(RestoreAllPrimaryKeys{
                .schema = op.schema, .mapping_schema = op.target.mapping_schema, .except = op.except});
          });
  return retype_all_primary_keys;
}

const Definition<RestorePrimaryKey>& RestorePrimaryKey::definition() {
  using Self = RestorePrimaryKey;
  static const auto restore_primary_key =
      operation<Self>(
          "restore_primary_key",
          "Gives a primary key and what refers to it the values and the type that op.retype_primary_key took "
          "from them. Rows that came since get the next numbers of the sequence.")
          .required("table", &Self::table, "Table whose key goes back.")
          .optional("mapping_schema", &Self::mapping_schema, "Schema of <table>_id_map; the table's own when left out.")
          .optional("column", &Self::column, "The key, where the primary key has several columns.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.restore_primary_key { table = "users" })")
          .describe(
              [](const Self& op) { return fmt::format("restore the primary key of {}", shown(op.schema, op.table)); })
          .sql([](const Self&) { return needs_database("restore_primary_key"); })
          .run([](const Self& op, postgres::Session& session, Notes& notes) {
            if (!session.is_live()) needs_database("restore_primary_key");
            const std::string name = "restore_primary_key";
            restore_keys(session, notes, name, {find_primary_key(session, name, op.schema, op.table, op.column)},
                         op.mapping_schema);
          });
  return restore_primary_key;
}

const Definition<RestoreAllPrimaryKeys>& RestoreAllPrimaryKeys::definition() {
  using Self = RestoreAllPrimaryKeys;
  static const auto restore_all_primary_keys =
      operation<Self>("restore_all_primary_keys",
                      "Undoes op.retype_all_primary_keys by the mapping tables that it left. "
                      "`schema.restore_all_primary_keys` is the same.")
          .optional("mapping_schema", &Self::mapping_schema,
                    "Schema of the mapping tables; that of the keys when left out.")
          .optional("except", &Self::except, "Tables whose keys stay.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.restore_all_primary_keys { schema = "app" })")
          .describe([](const Self& op) {
            return std::string("restore all primary keys") +
                   (op.schema.empty() ? "" : " of schema \"" + op.schema + "\"");
          })
          .sql([](const Self&) { return needs_database("restore_all_primary_keys"); })
          .run([](const Self& op, postgres::Session& session, Notes& notes) {
            if (!session.is_live()) needs_database("restore_all_primary_keys");
            restore_keys(session, notes, "restore_all_primary_keys",
                         mapped_primary_keys(session, op.schema, op.mapping_schema, op.except), op.mapping_schema);
          });
  return restore_all_primary_keys;
}

}  // namespace operations
