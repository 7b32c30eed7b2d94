// Comparisons that run inside the restoring transaction, and the reading of its errors.
#include "migrate/restore_parts.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "schema/objects.hpp"

namespace migrate {

using base::Error;
using postgres::quote_literal;
namespace code = base::code;

namespace {

/// A DO block whose text may hold any name: nobody's name holds this quote, and a column is never taken for a variable.
std::string block(const std::string& declarations, const std::string& body) {
  const std::string quote = "$w" + base::random_hex(12) + "$";
  return fmt::format("DO {}\n#variable_conflict use_column\nDECLARE {}\nBEGIN\n{}\nEND\n{};\n", quote, declarations,
                     body, quote);
}

}  // namespace

std::string compare_tables_sql(const std::vector<schema::TableSum>& tables) {
  std::string body;
  for (const schema::TableSum& table : tables)
    body += fmt::format(
        "SELECT * INTO n, s FROM ({}) AS sums(n, s); IF n <> {} OR s <> {} THEN RAISE EXCEPTION USING MESSAGE = {} || "
        "n "
        "|| {}; END IF;\n",
        schema::sum_sql(table), table.rows, quote_literal(table.sum),
        quote_literal(fmt::format("waxwing: {} has ", table.shown())),
        quote_literal(fmt::format(" rows or other values, {} were backed up", table.rows)));
  return schema::sum_settings_sql() + ";\n" +
         (body.empty() ? "" : block("n pg_catalog.int8; s pg_catalog.text;", body));
}

std::string compare_objects_sql(const std::vector<std::string>& objects) {
  std::vector<std::string> literals;
  for (const std::string& each : objects) literals.push_back(quote_literal(each));
  const std::string wanted = "pg_catalog.unnest(ARRAY[" + base::join(literals, ", ") + "]::pg_catalog.text[])";
  const std::string found = "(" + schema::objects_sql() + ")";
  return block(
      "different pg_catalog.text;",
      fmt::format("SELECT pg_catalog.string_agg(name, ', ') INTO different FROM (SELECT 'missing ' || w FROM "
                  "(SELECT w FROM {0} w EXCEPT SELECT f FROM {1} AS found(f)) a UNION ALL SELECT 'not backed up "
                  "' || f FROM (SELECT f FROM {1} AS found(f) EXCEPT SELECT w FROM {0} w) b) AS names(name);\n"
                  "IF different IS NOT NULL THEN RAISE EXCEPTION USING MESSAGE = 'waxwing: the objects differ: "
                  "' || different; END IF;",
                  wanted, found));
}

void run_restore(const postgres::ClientPrograms& programs, const postgres::Url& url, const std::string& before,
                 const postgres::DumpScript& script, const std::string& after) {
  try {
    postgres::run_dump_in_transaction(
        programs, url, "SET LOCAL client_min_messages = warning; SET LOCAL lock_timeout = '10s';\n" + before, script,
        after);
  } catch (Error& error) {
    constexpr std::string_view rolled_back = "rolled back; the database is as it was before";
    const std::string cause = error.cause();
    const auto refusal = [&](const base::ErrorCode& why, std::string what) {
      return Error(why, std::move(what)).because(cause).state(std::string(rolled_back));
    };
    if (error.code() == code::restore_failed) {
      if (cause.find("waxwing: ") != std::string::npos)
        throw refusal(code::restore_differs, "what was restored is not what was backed up");
      if (cause.find("violates foreign key constraint") != std::string::npos)
        throw refusal(code::restore_breaks, "rows would refer to rows that are not there")
            .advise("restore the tables that belong together: --table A --table B, or the whole backup");
      if (cause.find("lock timeout") != std::string::npos)
        error.advise("somebody uses the tables: stop the services, and look with waxwing status");
      if (cause.find("role \"") != std::string::npos && cause.find("does not exist") != std::string::npos)
        error.advise("make the role, or leave owners and privileges out: --no-owner");
      // Since PostgreSQL 16 in the latter words.
      for (const char* words : {"must be member of role", "must be able to SET ROLE"})
        if (cause.find(words) != std::string::npos)
          error.advise("restore as that role or as a superuser, or let all belong to the connecting role: --no-owner");
      if (cause.find("max_locks_per_transaction") != std::string::npos)
        error.advise("raise max_locks_per_transaction of the server: all objects change in one transaction");
    }
    if (error.state().empty()) error.state(std::string(rolled_back));
    throw;
  }
}

std::vector<std::pair<std::string, std::string>> find_tables(postgres::Session& session, const std::string& name) {
  const postgres::Result found = session.query(
      "WITH RECURSIVE part(oid) AS (SELECT pg_catalog.to_regclass($1)::pg_catalog.oid UNION SELECT i.inhrelid FROM "
      "pg_catalog.pg_inherits i JOIN part ON i.inhparent = part.oid) SELECT n.nspname, c.relname FROM part JOIN "
      "pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN "
      "('r', 'p')",
      {{name}});
  std::vector<std::pair<std::string, std::string>> tables;
  for (std::size_t i = 0; i < found.rows(); ++i) tables.emplace_back(found.text(i, 0), found.text(i, 1));
  return tables;
}

}  // namespace migrate
