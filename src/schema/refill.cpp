// What hinders: triggers fire for each row, foreign keys to the table forbid TRUNCATE, those of the table are looked up
// row by row.
#include "schema/refill.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

namespace schema {

using base::Error;
using postgres::Result;
namespace code = base::code;

namespace {

Error refusal(const std::string& table, const std::string& why) {
  return Error(code::cannot_transform, fmt::format("{} cannot be rebuilt", table))
      .because(why)
      .advise("mode = \"update\" changes the rows in place");
}

}  // namespace

Refill::Refill(postgres::Session& session, const RowTable& table)
    : session_(session), name_(table.sql_name), shown_(table.shown) {
  if (table.kind != 'r' && table.kind != 'p') throw refusal(shown_, "it is no table");
  if (table.has_children)
    throw refusal(shown_, "other tables inherit from it")
        .advise(
            "transform it and its children one by one, or mode = "
            "\"update\" for each");
  if (table.hides_rows)
    throw refusal(shown_, "row level security hides rows from this role, and what it hides would be lost")
        .advise("run as a role that sees every row, or mode = \"update\"");
  read_tree(table);
  read_triggers();
  read_foreign_keys();
  can_freeze_ = table.kind == 'r' && session_.query("SELECT FROM pg_catalog.pg_cursors LIMIT 1").empty();
}

void Refill::read_tree(const RowTable& table) {
  const Result found = session_.query(
      "WITH RECURSIVE tree AS (SELECT $1::pg_catalog.oid AS oid UNION ALL SELECT i.inhrelid FROM tree JOIN "
      "pg_catalog.pg_inherits i ON i.inhparent = tree.oid) SELECT c.oid, c.relkind, n.nspname, c.relname FROM tree "
      "JOIN "
      "pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
      {{table.oid}});
  std::vector<std::string> oids;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    oids.push_back(found.text(i, 0));
    if (found.value(i, 1) == "f")
      throw refusal(shown_, fmt::format("its partition {} is a foreign table", found.text(i, 3)));
  }
  tree_ = base::join(oids, ", ");
  locked_.push_back(name_);
}

void Refill::read_triggers() {
  // A partition's copy of a trigger is switched with the partitioned table's.
  const Result found = session_.query(
      fmt::format("SELECT n.nspname, c.relname, t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t JOIN "
                  "pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                  "WHERE t.tgrelid IN ({}) AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY c.oid, t.tgname",
                  tree_));
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const std::string alter = "ALTER TABLE ONLY " + postgres::quote_qualified(found.text(i, 0), found.text(i, 1));
    const std::string trigger = postgres::quote_identifier(found.text(i, 2));
    const std::string_view state = found.value(i, 3);
    before_.push_back(fmt::format("{} DISABLE TRIGGER {}", alter, trigger));
    after_.push_back(fmt::format("{} ENABLE {}TRIGGER {}", alter,
                                 state == "R"   ? "REPLICA "
                                 : state == "A" ? "ALWAYS "
                                                : "",
                                 trigger));
  }
}

void Refill::read_foreign_keys() {
  // Those that come with a partitioned table's go and come back with it, and cannot be dropped alone.
  const Result inherited = session_.query(fmt::format(
      "SELECT o.conname, o.conrelid::pg_catalog.regclass FROM pg_catalog.pg_constraint o WHERE o.contype = 'f' AND "
      "o.conparentid <> 0 AND o.confrelid IN ({0}) AND NOT EXISTS (WITH RECURSIVE up AS (SELECT o.conparentid AS oid "
      "UNION ALL SELECT p.conparentid FROM up JOIN pg_catalog.pg_constraint p ON p.oid = up.oid WHERE p.conparentid <> "
      "0) SELECT FROM up JOIN pg_catalog.pg_constraint r ON r.oid = up.oid WHERE r.conparentid = 0 AND (r.confrelid IN "
      "({0}) OR r.conrelid IN ({0}))) LIMIT 1",
      tree_));
  if (!inherited.empty())
    throw refusal(shown_, fmt::format("the foreign key {} of {} leads to the partitioned table that it is a part of",
                                      inherited.text(0, 0), inherited.text(0, 1)));
  const Result found = session_.query(fmt::format(
      "SELECT n.nspname, c.relname, o.conname, pg_catalog.pg_get_constraintdef(o.oid), "
      "pg_catalog.obj_description(o.oid, 'pg_constraint'), fn.nspname, f.relname, EXISTS (SELECT FROM "
      "pg_catalog.pg_trigger t WHERE t.tgconstraint = o.oid AND t.tgenabled <> 'O') FROM pg_catalog.pg_constraint o "
      "JOIN pg_catalog.pg_class c ON c.oid = o.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN "
      "pg_catalog.pg_class f ON f.oid = o.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace WHERE "
      "o.contype = 'f' AND o.conparentid = 0 AND (o.conrelid IN ({0}) OR o.confrelid IN ({0})) ORDER BY o.oid",
      tree_));
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const std::string table = postgres::quote_qualified(found.text(i, 0), found.text(i, 1));
    const std::string name = postgres::quote_identifier(found.text(i, 2));
    if (found.boolean(i, 7))
      throw refusal(shown_,
                    fmt::format("the triggers of the foreign key {} of {} are switched off, which cannot be put "
                                "back without being a superuser",
                                found.text(i, 2), found.text(i, 1)));
    before_.push_back(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", table, name));
    after_.push_back(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", table, name, found.text(i, 3)));
    if (const auto comment = found.optional_text(i, 4))
      after_.push_back(
          fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {}", name, table, postgres::quote_literal(*comment)));
    locked_.push_back(table);
    locked_.push_back(postgres::quote_qualified(found.text(i, 5), found.text(i, 6)));
  }
}

/// The rows are read by now, which may have taken long, so the lock is worth some patience. Each try waits as long as
/// lock_timeout allows, and stands in nobody's way between.
void Refill::lock() {
  constexpr int most_tries = 100;
  const std::string sql = "LOCK TABLE " + base::join(locked_, ", ") + " IN ACCESS EXCLUSIVE MODE";
  for (int tries = 1;; ++tries) {
    session_.query("SAVEPOINT waxwing_lock");
    try {
      session_.query(sql);
      session_.query("RELEASE SAVEPOINT waxwing_lock");
      return;
    } catch (const postgres::SqlError& error) {
      if (error.diagnostics().sqlstate != "55P03" || tries == most_tries) throw;
      session_.query("ROLLBACK TO SAVEPOINT waxwing_lock; RELEASE SAVEPOINT waxwing_lock");
    }
    base::clock().sleep(std::chrono::milliseconds(100));
    base::throw_if_interrupted();
  }
}

void Refill::empty() {
  lock();
  for (const std::string& sql : before_) session_.query(sql);
  session_.query("TRUNCATE TABLE " + name_);
}

void Refill::restore() {
  for (const std::string& sql : after_) session_.query(sql);
}

}  // namespace schema
