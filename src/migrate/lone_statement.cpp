// One look at the catalogue per kind of statement.
#include "migrate/lone_statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/kept_json.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_grammar.hpp"

namespace migrate {

using base::Error;
using postgres::LoneStatement;
using postgres::Session;
using Kind = postgres::LoneStatement::Kind;
using nlohmann::json;
namespace code = base::code;

namespace {

std::string qualified(const std::string& schema, const std::string& name) {
  return postgres::quote_qualified(schema, name);
}

bool exists(Session& session, const std::string& sql, const std::string& name) {
  return !session.query(sql, {{name}}).empty();
}

struct Index {
  bool is_there = false, is_valid = false;
  /// Quoted, with its schema.
  std::string name;
  std::string definition;
};

Index look_for_index(Session& session, const LoneStatement& statement) {
  const postgres::Result found = session.query(
      "SELECT i.indisvalid, pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_get_indexdef(i.indexrelid) "
      "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relname = $1 AND i.indrelid = pg_catalog.to_regclass($2)::oid",
      {{statement.name}, {qualified(statement.table_schema, statement.table)}});
  if (found.empty()) return {};
  return {true, found.boolean(0, 0), found.text(0, 1), found.text(0, 2)};
}

/// For to_regclass; NULL where the statement names none.
postgres::Parameter named(const std::string& schema, const std::string& name) {
  if (name.empty()) return {};
  return {qualified(schema, name)};
}

/// The invalid indexes that an interrupted REINDEX CONCURRENTLY leaves beside the old ones.
std::vector<std::string> reindex_leavings(Session& session, const LoneStatement& statement) {
  const postgres::Result found = session.query(
      "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i "
      "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE NOT i.indisvalid AND c.relname::text ~ '_cc(new|old)[0-9]*$' AND i.indrelid = COALESCE("
      "(SELECT x.indrelid FROM pg_catalog.pg_index x WHERE x.indexrelid = pg_catalog.to_regclass($1)::oid), "
      "pg_catalog.to_regclass($2)::oid) ORDER BY 1",
      {named(statement.schema, statement.name), named(statement.table_schema, statement.table)});
  std::vector<std::string> names;
  for (std::size_t i = 0; i < found.rows(); ++i) names.push_back(found.text(i, 0));
  return names;
}

void drop_index(Session& session, const std::string& name) { session.query("DROP INDEX CONCURRENTLY " + name); }

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw Error(code::half_done, what).because(why).advise("waxwing status    shows the statement and the ways on");
}

/// Only what was not there before is ours.
bool is_said_to_exist(const json& seen) {
  const auto found = seen.is_object() ? seen.find("existed") : seen.end();
  return found == seen.end() || !found->is_boolean() || found->get<bool>();
}

bool repair_index(Session& session, const LoneStatement& statement, std::string_view sql, bool existed) {
  const Index index = look_for_index(session, statement);
  if (!index.is_there) return false;
  if (index.is_valid) return true;
  if (existed || !postgres::is_same_index(sql, index.definition))
    refuse(fmt::format("the invalid index {} is in the way", index.name),
           existed ? "it was there before this migration, so it is not touched"
                   : "it is not the one that this migration makes: " + index.definition);
  drop_index(session, index.name);
  return false;
}

bool repair_reindex(Session& session, const LoneStatement& statement, const json& seen) {
  for (const std::string& name : reindex_leavings(session, statement))
    if (std::find(seen.begin(), seen.end(), name) == seen.end()) drop_index(session, name);
  return false;
}

/// A concurrent detach that was interrupted is pending, and FINALIZE ends it.
bool repair_detach(Session& session, const LoneStatement& statement) {
  const std::string parent = qualified(statement.table_schema, statement.table);
  const std::string partition = qualified(statement.schema, statement.name);
  const postgres::Result found = session.query(
      "SELECT inhdetachpending FROM pg_catalog.pg_inherits WHERE inhparent = pg_catalog.to_regclass($1)::oid AND "
      "inhrelid = "
      "pg_catalog.to_regclass($2)::oid",
      {{parent}, {partition}});
  if (found.empty()) return true;
  if (!found.boolean(0, 0)) return false;
  session.query(fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE", parent, partition));
  return true;
}

bool subscription_exists(Session& session, const std::string& name) {
  return exists(session,
                "SELECT FROM pg_catalog.pg_subscription WHERE subname = $1 AND subdbid = (SELECT oid FROM "
                "pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
                name);
}

bool database_exists(Session& session, const std::string& name) {
  return exists(session, "SELECT FROM pg_catalog.pg_database WHERE datname = $1", name);
}

}  // namespace

std::string seen_before(Session& session, std::string_view sql) {
  const LoneStatement statement = postgres::lone_statement(sql);
  if (statement.kind == Kind::create_index) {
    if (statement.name.empty())
      throw Error(code::bad_argument, "an index that is made concurrently needs a name")
          .because("after an interruption it is recognised by its name")
          .advise("create index concurrently <name> on ...");
    return json{{"existed", look_for_index(session, statement).is_there}}.dump();
  }
  if (statement.kind == Kind::reindex) return json(reindex_leavings(session, statement)).dump();
  return "{}";
}

bool repair(Session& session, std::string_view sql, const std::string& seen) {
  const LoneStatement statement = postgres::lone_statement(sql);
  const json noted =
      base::read_kept_json(seen.empty() ? "{}" : seen, code::half_done_changed,
                           "what the journal noted before a statement", [](json parsed) { return parsed; });
  switch (statement.kind) {
    case Kind::create_index: return repair_index(session, statement, sql, is_said_to_exist(noted));
    case Kind::drop_index:
      return !exists(session, "SELECT WHERE pg_catalog.to_regclass($1) IS NOT NULL",
                     qualified(statement.schema, statement.name));
    case Kind::reindex: return repair_reindex(session, statement, noted);
    case Kind::detach_partition: return repair_detach(session, statement);
    case Kind::create_subscription: return subscription_exists(session, statement.name);
    case Kind::drop_subscription: return !subscription_exists(session, statement.name);
    case Kind::create_database: return database_exists(session, statement.name);
    case Kind::drop_database: return !database_exists(session, statement.name);
    case Kind::repeatable: return false;
    case Kind::unknown: break;
  }
  refuse("a statement was interrupted, and it cannot be told whether it was done", std::string(sql));
}

void clean_up(Session& session, std::string_view sql, const std::string& seen) noexcept {
  try {
    const LoneStatement statement = postgres::lone_statement(sql);
    if (statement.kind == Kind::create_index || statement.kind == Kind::reindex) repair(session, sql, seen);
  } catch (const std::exception&) {
    // The refusal itself is what the reader must see; the leavings are still known by their intent.
  }
}

void verify_done(Session& session, std::string_view sql) {
  const LoneStatement statement = postgres::lone_statement(sql);
  if (statement.kind == Kind::create_index && !look_for_index(session, statement).is_valid)
    throw Error(code::statement_failed, fmt::format("the index \"{}\" is not valid after it was made", statement.name))
        .because("the server reported success, the catalogue does not show it");
  if (statement.kind == Kind::detach_partition && !repair_detach(session, statement))
    throw Error(code::statement_failed, fmt::format("the partition \"{}\" is still attached", statement.name));
}

}  // namespace migrate
