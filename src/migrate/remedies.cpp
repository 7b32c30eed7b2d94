// The list, and what each entry asks the catalogue. All questions are qualified: the session's search_path is the
// user's.
#include "migrate/remedies.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "migrate/extensions.hpp"
#include "migrate/same_table.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using postgres::format_identifier;

namespace {

/// The text between the n-th pair of double quotes of a message: `column "x" of relation "y"`.
std::string quoted(const std::string& message, int n) {
  std::size_t at = 0;
  for (int i = 0;; ++i) {
    const std::size_t open = message.find('"', at);
    const std::size_t close = open == std::string::npos ? open : message.find('"', open + 1);
    if (close == std::string::npos) return {};
    if (i == n) return message.substr(open + 1, close - open - 1);
    at = close + 1;
  }
}

std::vector<std::string> first_column(const postgres::Result& rows) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.rows(); ++i) texts.push_back(rows.text(i, 0));
  return texts;
}

std::string table_word(const postgres::Diagnostics& diagnostics) {
  const std::string name = format_identifier(diagnostics.table);
  return diagnostics.schema.empty() || diagnostics.schema == "public"
             ? name
             : format_identifier(diagnostics.schema) + "." + name;
}

std::string already_exists(const Refusal& refusal) {
  const std::string name = quoted(refusal.diagnostics.message, 0);
  std::string text =
      "waxwing history    waxwing current    show whether the database and the files agree\n"
      "waxwing stamp head    when everything is there already and only the ledger does not know";
  if (refusal.session) text += compare_with_existing(*refusal.session, refusal.sql);
  if (!name.empty()) text += fmt::format("\nwaxwing describe {}    shows what is there", format_identifier(name));
  return text;
}

/// "Key (tenant_id, email)=(1, a@x) is duplicated." names the columns where the constraint cannot be asked: it was
/// never made.
std::string key_columns(const std::string& detail) {
  const std::size_t open = detail.find('('), close = detail.find(")=(");
  if (open == std::string::npos || close == std::string::npos || close < open) return {};
  return base::replace_all(detail.substr(open + 1, close - open - 1), ", ", ",");
}

std::string columns_of_constraint(const Refusal& refusal) {
  const postgres::Diagnostics& d = refusal.diagnostics;
  if (!refusal.session || d.constraint.empty() || d.table.empty()) return {};
  const postgres::Result found = refusal.session->query(
      "SELECT a.attname::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
      "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY k(attnum, place) "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum "
      "WHERE x.relname = $1::name AND c.relname = $2::name AND n.nspname = $3::name AND i.indexprs IS NULL "
      "AND k.place <= i.indnkeyatts ORDER BY k.place",
      {{d.constraint}, {d.table}, {d.schema}});
  std::vector<std::string> names;
  for (const std::string& each : first_column(found)) names.push_back(format_identifier(each));
  return base::join(names, ",");
}

std::string duplicate_key(const Refusal& refusal) {
  std::string columns = columns_of_constraint(refusal);
  if (columns.empty()) columns = key_columns(refusal.diagnostics.detail);
  if (columns.empty() || refusal.diagnostics.table.empty()) return {};
  if (columns.find('(') != std::string::npos) columns = "\"" + columns + "\"";
  std::string text = fmt::format("waxwing check duplicates {} {}    lists the rows that are alike",
                                 table_word(refusal.diagnostics), columns);
  if (refusal.diagnostics.message.find("could not create") == std::string::npos)
    text += "\nor the row is there already: INSERT ... ON CONFLICT DO NOTHING makes the statement repeatable";
  return text;
}

std::string broken_reference(const Refusal& refusal) {
  const postgres::Diagnostics& d = refusal.diagnostics;
  if (d.table.empty()) return {};
  if (d.detail.find("is still referenced") != std::string::npos)
    return fmt::format("other rows still refer to it: waxwing describe {}    lists who under \"Referenced by\"",
                       table_word(d));
  const std::string columns = key_columns(d.detail);
  const std::string target = quoted(d.detail, 0);
  std::string text;
  if (!columns.empty() && !target.empty() && columns.find(',') == std::string::npos && refusal.session) {
    const postgres::Result key = refusal.session->query(
        "SELECT a.attname::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid "
        "AND a.attnum = i.indkey[0] WHERE i.indrelid = pg_catalog.to_regclass($1::text)::oid AND i.indisprimary",
        {{format_identifier(target)}});
    if (key.rows() == 1)
      text = fmt::format("waxwing check orphans {}.{} {}.{}    counts them and prints the statement that removes them",
                         table_word(d), columns, format_identifier(target), format_identifier(key.text(0, 0)));
  }
  if (text.empty()) text = fmt::format("waxwing check orphans {}    counts rows that refer to nothing", table_word(d));
  return text;
}

std::string unknown_column(const Refusal& refusal) {
  const std::string& message = refusal.diagnostics.message;
  std::string column = quoted(message, 0), table = quoted(message, 1);
  if (column.empty()) {
    // `column t.nmae does not exist`
    constexpr std::string_view lead = "column ";
    const std::size_t at = message.find(lead), end = message.find(" does not exist");
    if (at != 0 || end == std::string::npos) return {};
    column = message.substr(lead.size(), end - lead.size());
    if (const std::size_t dot = column.rfind('.'); dot != std::string::npos) column = column.substr(dot + 1);
  }
  if (!refusal.session) return {};
  const postgres::Result rows = refusal.session->query(
      "SELECT DISTINCT a.attname::text, c.relname::text FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON "
      "c.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND "
      "pg_catalog.pg_table_is_visible(c.oid) AND CASE WHEN $1::text = ''::text THEN pg_catalog.strpos($2::text, "
      "c.relname::text) > 0 ELSE c.relname::text = $1::text END ORDER BY 1",
      {{table}, {refusal.sql}});
  std::vector<std::string> names = first_column(rows);
  const std::string near = base::did_you_mean(column, names);
  std::string text;
  if (!near.empty()) text = fmt::format("did you mean \"{}\"?", near);
  if (table.empty() && !near.empty())
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (rows.text(i, 0) == near) table = rows.text(i, 1);
  if (!table.empty())
    text +=
        fmt::format("{}waxwing describe {}    lists its columns", text.empty() ? "" : " ", format_identifier(table));
  return text;
}

std::string near_name(const Refusal& refusal, const char* sql, int place = 0) {
  const std::string name = quoted(refusal.diagnostics.message, place);
  if (name.empty() || !refusal.session) return {};
  const std::string near = base::did_you_mean(name, first_column(refusal.session->query(sql)));
  return near.empty() || near == name ? "" : fmt::format("did you mean \"{}\"?", near);
}

constexpr const char* user_relations =
    "SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
    "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_') AND n.nspname "
    "OPERATOR(pg_catalog.<>) 'information_schema'::name ORDER BY 1";

std::string unknown_table(const Refusal& refusal) {
  std::string name = quoted(refusal.diagnostics.message, 0);
  if (!refusal.session || name.empty()) return {};
  const std::size_t dot = name.rfind('.');
  const std::string plain = dot == std::string::npos ? name : name.substr(dot + 1);
  const postgres::Result elsewhere = refusal.session->query(
      "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace "
      "n ON n.oid = c.relnamespace WHERE c.relname = $1::name AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1",
      {{plain}});
  if (!elsewhere.empty())
    return fmt::format("it is there as {}; name the schema, or set search_path in waxwing.lua", elsewhere.text(0, 0));
  const std::string near = base::did_you_mean(plain, first_column(refusal.session->query(user_relations)));
  return (near.empty() ? "" : fmt::format("did you mean \"{}\"? ", near)) +
         "waxwing schema tables    lists the tables;    waxwing current    tells which revisions are applied";
}

std::string unknown_object(const Refusal& refusal) {
  const std::string& message = refusal.diagnostics.message;
  if (message.starts_with("constraint ")) {
    const std::string table = quoted(message, 1);
    if (table.empty() || !refusal.session) return {};
    const std::vector<std::string> names = first_column(refusal.session->query(
        "SELECT pg_catalog.quote_ident(o.conname::text) FROM pg_catalog.pg_constraint o WHERE o.conrelid = "
        "pg_catalog.to_regclass($1::text)::oid ORDER BY o.conname",
        {{format_identifier(table)}}));
    const std::string near = base::did_you_mean(quoted(message, 0), names);
    std::string text = near.empty() ? "" : fmt::format("did you mean {}? ", near);
    text += names.empty() ? fmt::format("\"{}\" has no constraints", table)
                          : fmt::format("\"{}\" has {}", table, base::join(names, ", "));
    return text + "\nop.drop_foreign_key { table = ..., columns = ... }    looks the name up";
  }
  if (message.starts_with("role "))
    return near_name(refusal, "SELECT rolname::text FROM pg_catalog.pg_roles ORDER BY 1") +
           (refusal.session ? " createuser makes a role" : "");
  if (message.starts_with("type ")) {
    const std::string extension = extension_of_type(quoted(message, 0));
    if (!extension.empty())
      return fmt::format(
          "the type comes with an extension: op.create_extension {{ name = \"{}\", if_not_exists = true }}", extension);
    return near_name(refusal,
                     "SELECT t.typname::text FROM pg_catalog.pg_type t WHERE t.typelem = 0::oid AND "
                     "t.typtype IN ('b', 'e', 'd', 'r') ORDER BY 1");
  }
  if (message.starts_with("index "))
    return near_name(refusal, "SELECT c.relname::text FROM pg_catalog.pg_class c WHERE c.relkind IN ('i', 'I')");
  return {};
}

std::string unknown_function(const Refusal& refusal) {
  const std::string& message = refusal.diagnostics.message;
  constexpr std::string_view lead = "function ";
  if (!message.starts_with(lead)) {
    if (message.starts_with("operator does not exist"))
      return "the types on both sides differ: cast one of them, as in x::text = y";
    return {};
  }
  std::string name = message.substr(lead.size(), message.find('(') - lead.size());
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name = name.substr(dot + 1);
  if (name.starts_with("uuid_generate_"))
    return (name == "uuid_generate_v4" && (!refusal.session || refusal.session->server_version() >= 130000)
                ? std::string("gen_random_uuid() is built in since PostgreSQL 13 and needs no extension\nor ")
                : std::string()) +
           "op.create_extension { name = \"uuid-ossp\", if_not_exists = true }";
  if (const std::string extension = extension_of_function(name); !extension.empty())
    return fmt::format("it comes with an extension: op.create_extension {{ name = \"{}\", if_not_exists = true }}",
                       extension);
  if (!refusal.session) return {};
  const postgres::Result same = refusal.session->query(
      "SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc p WHERE p.proname = $1::name ORDER BY 1 "
      "LIMIT 5",
      {{name}});
  if (!same.empty())
    return fmt::format("there is {}; cast the arguments to these types", base::join(first_column(same), ", "));
  const std::string near = base::did_you_mean(
      name, first_column(refusal.session->query("SELECT DISTINCT proname::text FROM pg_catalog.pg_proc ORDER BY 1")));
  return near.empty() ? "" : fmt::format("did you mean \"{}\"?", near);
}

std::string missing_extension(const Refusal& refusal) {
  // `extension "vector" is not available`, or `could not open extension control file ".../vector.control"`.
  const std::string& message = refusal.diagnostics.message;
  if (message.find("extension") == std::string::npos) return {};
  std::string name = quoted(message, 0);
  if (const std::size_t slash = name.rfind('/'); slash != std::string::npos)
    name = name.substr(slash + 1, name.rfind('.') - slash - 1);
  return name.empty() ? "" : install_advice(name, refusal.session ? refusal.session->server_version() : 0);
}

std::string missing_grant(const Refusal& refusal) {
  const std::string& message = refusal.diagnostics.message;
  const std::string name = quoted(message, 0);
  std::string role = "ROLE";
  if (refusal.session) role = refusal.session->query("SELECT pg_catalog.quote_ident(current_user::text)").text(0, 0);
  if (message.starts_with("must be owner of")) {
    const std::string object = base::replace_all(message, "must be owner of ", "");
    const std::string kind = object.substr(0, object.find(' '));
    return fmt::format("as its owner: ALTER {} {} OWNER TO {};    or run the migration as the owner",
                       kind == "relation" ? "TABLE" : base::upper(kind), object.substr(object.find(' ') + 1), role);
  }
  if (message.starts_with("permission denied to create extension"))
    return fmt::format("as a superuser, in this database: CREATE EXTENSION \"{}\";    the migration then finds it",
                       name);
  if (message.find("must be superuser") != std::string::npos)
    return "this needs a superuser; let one do this part, or remove it from the migration";
  constexpr std::string_view lead = "permission denied for ";
  if (!message.starts_with(lead)) return {};
  const std::string kind = message.substr(lead.size(), message.find(' ', lead.size()) - lead.size());
  const std::string bare = message.substr(lead.size() + kind.size() + 1);
  const std::string object = format_identifier(bare);
  if (kind == "schema") return fmt::format("as its owner: GRANT USAGE, CREATE ON SCHEMA {} TO {};", object, role);
  if (kind == "database") return fmt::format("as its owner: GRANT CREATE ON DATABASE {} TO {};", object, role);
  if (kind == "sequence") return fmt::format("as its owner: GRANT USAGE, SELECT ON SEQUENCE {} TO {};", object, role);
  if (kind == "function" || kind == "procedure")
    return fmt::format("as its owner: GRANT EXECUTE ON {} {} TO {};", base::upper(kind), bare, role);
  if (kind == "table" || kind == "view")
    return fmt::format("as its owner: GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {};", object, role);
  return {};
}

std::string needs_no_transaction(const Refusal& refusal) {
  const std::string words = refusal.diagnostics.message.substr(0, refusal.diagnostics.message.find(" cannot run"));
  return fmt::format("{} needs a migration without a transaction: transaction = \"none\" in its header", words);
}

}  // namespace

const std::vector<Remedy>& all_remedies() {
  static const std::vector<Remedy> remedies = {
      {"08001", "sqlclient_unable_to_establish_sqlconnection",
       "waxwing ping    tries the connection alone;    waxwing doctor    looks at everything around it", nullptr},
      {"08006", "connection_failure", "waxwing ping    tells whether the server answers; --wait 60 waits for it",
       nullptr},
      {"0A000", "feature_not_supported", "", missing_extension},
      {"23502", "not_null_violation",
       "rows have NULL there: fill them first (op.execute, an update), or give the column a default", nullptr},
      {"23503", "foreign_key_violation",
       "waxwing check orphans    counts rows that refer to nothing and prints the statement that removes them",
       broken_reference},
      {"23505", "unique_violation", "waxwing check duplicates TABLE COLUMNS    lists the rows that are alike",
       duplicate_key},
      {"23514", "check_violation",
       "rows break the new rule: correct them first, or add the constraint NOT VALID and validate it later", nullptr},
      {"25001", "active_sql_transaction",
       "the statement needs a migration without a transaction: transaction = \"none\" in its header",
       needs_no_transaction},
      {"25006", "read_only_sql_transaction",
       "checks, saved queries and hooks only read: move the change into upgrade(), or give the plugin needs = { "
       "\"database-write\" }",
       nullptr},
      {"28000", "invalid_authorization_specification",
       "check the user in the URL; the server's pg_hba.conf decides who may come in from where", nullptr},
      {"28P01", "invalid_password", "check user and password; waxwing config    shows where the URL comes from",
       nullptr},
      {"2BP01", "dependent_objects_still_exist",
       "drop what depends on it first, or say cascade = true where the operation has it; DETAIL names it", nullptr},
      {"3D000", "invalid_catalog_name", "createdb NAME    makes the database; or correct its name in the URL", nullptr},
      {"3F000", "invalid_schema_name", "op.create_schema { name = ..., if_not_exists = true }    makes it", nullptr},
      {"40P01", "deadlock_detected",
       "two transactions waited for each other; run it again, or stop the other (waxwing sessions)", nullptr},
      {"42501", "insufficient_privilege", "the role needs a grant, or the migration must run as the owner",
       missing_grant},
      {"42701", "duplicate_column",
       "the column is there already: waxwing describe TABLE; if the database is ahead of its ledger, waxwing stamp",
       nullptr},
      {"42703", "undefined_column", "waxwing describe TABLE    lists the columns", unknown_column},
      {"42704", "undefined_object", "waxwing describe TABLE    lists constraints, indexes and triggers",
       unknown_object},
      {"42710", "duplicate_object",
       "it is there already: waxwing describe TABLE; if the database is ahead of its ledger, waxwing stamp", nullptr},
      {"42804", "datatype_mismatch",
       "say how to convert: op.alter_column { table = ..., name = ..., type = ..., using = \"column::type\" }",
       nullptr},
      {"42883", "undefined_function", "cast the arguments, or create the function or its extension first",
       unknown_function},
      {"42P01", "undefined_table", "waxwing schema tables    lists the tables", unknown_table},
      {"42P07", "duplicate_table",
       "waxwing history    waxwing current    show whether the database and the files agree; waxwing stamp head "
       "records that everything is there already",
       already_exists},
      {"53100", "disk_full", "the server's disk is full: what was written is rolled back; make room, then run it again",
       nullptr},
      {"53200", "out_of_memory", "the server has no memory left; lower work_mem or run it when less is going on",
       nullptr},
      {"53300", "too_many_connections",
       "all connections are taken: waxwing sessions    lists who has them; raise max_connections", nullptr},
      {"55006", "object_in_use", "waxwing sessions    lists who uses it", nullptr},
      {"55P03", "lock_not_available",
       "waxwing sessions    shows who holds the lock; run it when the table is quieter, or raise lock_timeout_ms",
       nullptr},
      {"55P04", "unsafe_new_enum_value_usage",
       "a new enum value is used before it is committed: add it in a migration of its own, or transaction = \"none\"",
       nullptr},
      {"57014", "query_canceled",
       "somebody cancelled it, or it ran longer than statement_timeout_ms (row_statement_timeout_ms for rows)",
       nullptr},
      {"58P01", "undefined_file", "a file is missing on the server's side, often that of an extension",
       missing_extension},
  };
  return remedies;
}

const Remedy* find_remedy(std::string_view sqlstate) {
  for (const Remedy& each : all_remedies())
    if (each.sqlstate == sqlstate) return &each;
  return nullptr;
}

void advise(postgres::SqlError& error, postgres::Session* session) {
  if (!error.advice().empty()) return;
  const Remedy* remedy = find_remedy(error.diagnostics().sqlstate);
  if (!remedy) return;
  std::string text;
  try {
    if (remedy->advice) text = remedy->advice({error.diagnostics(), error.sql(), session});
  } catch (const std::exception&) {
    // A role that may not read the catalogue, a connection that is gone: the general words are left.
  }
  if (text.empty()) text = remedy->general;
  if (!text.empty()) error.advise(text);
}

}  // namespace migrate
