// Compares the rows with what the fix left, then one statement for all tables: foreign keys are looked at when it ends,
// so neither their order nor cycles matter.
#include "migrate/fixes/undo_fix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using base::Error;
using postgres::quote_identifier;
namespace code = base::code;

namespace {

/// As fix_capture() has them, so that a row that did not change has the same text.
constexpr const char* settings_of_capture =
    "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET "
    "LOCAL "
    "bytea_output = 'hex'; SET LOCAL timezone = 'UTC'; SET LOCAL lc_monetary = 'C'; SET LOCAL xmloption = 'content'; "
    "SET LOCAL search_path = pg_catalog, pg_temp";

/// Stands where a script would: the undo has checks and code of its own.
class UndoScript final : public script::Migration {
 public:
  UndoScript(const FixRow& of, std::string reason) {
    revision_.id = of.name;
    revision_.message = std::move(reason);
    revision_.path = of.path;
  }
  const revisions::Revision& header() const override { return revision_; }
  const std::string& checksum() const override { return nothing_; }
  const std::string& source() const override { return nothing_; }
  std::vector<script::CheckInfo> preflight() const override { return {}; }
  std::vector<script::CheckInfo> verify() const override { return {}; }
  script::CheckOutcome run_preflight(std::size_t, postgres::Session&) override { return {}; }
  script::CheckOutcome run_verify(std::size_t, postgres::Session&) override { return {}; }
  bool has_downgrade() const override { return false; }
  void upgrade(postgres::Session&) override {}
  void downgrade(postgres::Session&) override {}
  const base::Value& metadata() const override { return metadata_; }

 private:
  revisions::Revision revision_;
  const std::string nothing_;
  const base::Value metadata_;
};

/// A table of the fix, and what is to be done with its rows.
struct UndoTable {
  FixTableRow was;
  const CapturedTable* now = nullptr;
  long long deletes = 0, updates = 0, inserts = 0;

  std::string work() const { return fmt::format("pg_temp.waxwing_undo_{}", was.number); }
  std::string target() const {
    return (now->by_row ? "ONLY " : "") + postgres::quote_qualified(was.schema, was.name) + " t";
  }
  const CapturedColumn& column(const std::string& name) const {
    return *std::find_if(now->columns.begin(), now->columns.end(),
                         [&](const CapturedColumn& each) { return each.name == name; });
  }
  /// The row of `t` that `value(name)` tells apart.
  template <class ValueSql>
  std::string match(ValueSql value) const {
    std::vector<std::string> parts, left, right;
    for (std::size_t i = 0; i < was.identity.size(); ++i) {
      const std::string own = "t." + quote_identifier(was.identity[i]);
      const std::string key = value(quote_identifier(was.identity[i])) + "::" + column(was.identity[i]).type;
      if (was.is_key) parts.push_back(own + " " + now->equals[i] + " " + key);
      left.push_back(own);
      right.push_back(key);
    }
    // A text is hashed, and NULL is as good as any value.
    if (!was.is_key)
      parts = {"ROW(" + base::join(left, ", ") + ")::text OPERATOR(pg_catalog.=) ROW(" + base::join(right, ", ") +
               ")::text"};
    return base::join(parts, " AND ");
  }
  std::string match() const {
    return match([](const std::string& name) { return "u." + name; });
  }
};

class Undo {
 public:
  Undo(FixLedger ledger, FixRow of, const UndoOptions& options)
      : ledger_(std::move(ledger)), of_(std::move(of)), options_(options) {}

  void read_tables(postgres::Session& session) {
    all_ = ledger_.read_tables(session, of_.run);
    if (!options_.where.empty() && options_.table.empty() && all_.size() > 1) {
      std::vector<std::string> names;
      for (const FixTableRow& table : all_) names.push_back(table.shown());
      throw Error(code::usage, "--where needs --table, since the fix changed several tables")
          .because("it changed " + base::join(names, ", "));
    }
    if (!options_.table.empty()) {
      std::erase_if(all_, [&](const FixTableRow& table) {
        return table.shown() != options_.table && table.schema + "." + table.name != options_.table &&
               table.name != options_.table;
      });
      if (all_.empty()) throw Error(code::usage, fmt::format("the fix changed no table {}", options_.table));
    }
    if (!options_.where.empty() && postgres::split_statements(options_.where).size() != 1)
      throw Error(code::usage, "--where takes one condition");
  }

  std::vector<CapturedTable> captured(postgres::Session& session) const {
    std::vector<std::string> oids;
    std::map<std::string, std::vector<std::string>> identify_by;
    for (const FixTableRow& table : all_) {
      const postgres::Result oid = session.query("SELECT pg_catalog.to_regclass($1::text)::pg_catalog.oid::text",
                                                 {{postgres::quote_qualified(table.schema, table.name)}});
      if (oid.is_null(0, 0))
        throw Error(code::fix_table_changed, fmt::format("the table {} of the fix is gone", table.shown()));
      oids.push_back(oid.text(0, 0));
      if (!table.is_key) identify_by[oid.text(0, 0)] = table.identity;
    }
    return read_captured_tables(session, oids, identify_by);
  }

  void apply(postgres::Connection& connection, const std::vector<CapturedTable>& captured) {
    skipped = already_back = 0;
    compare(connection, captured);
    const std::string enable = disable_triggers(connection);
    connection.query("SET CONSTRAINTS ALL DEFERRED");
    const std::string sql = put_back_sql(connection, false);
    if (!sql.empty()) put_back(connection, sql);
    connection.query("SET CONSTRAINTS ALL IMMEDIATE; " + enable);
  }

  /// The rows that were changed must be those that were meant, in number and table.
  void judge(const std::vector<FixTableRow>& changed) const {
    for (const FixTableRow& table : changed) {
      const auto meant = std::find_if(tables_.begin(), tables_.end(), [&](const UndoTable& each) {
        return each.was.schema == table.schema && each.was.name == table.name;
      });
      const long long planned =
          meant == tables_.end() ? 0 : meant->deletes + meant->updates + meant->inserts + rewritten(*meant);
      if (table.rows() == planned) continue;
      throw Error(code::fix_undo_failed,
                  fmt::format("the undo would change {} of {}, and {} of them were changed by the fix",
                              base::count_of(table.rows(), "row"), table.shown(), planned))
          .because("other rows refer to those that the fix made, and a foreign key would change them along")
          .advise("look at these rows first; a new fix can move or delete them");
    }
  }

  bool is_whole() const { return skipped == 0 && options_.where.empty() && options_.table.empty(); }
  long long statements() const { return 1; }

  std::size_t skipped = 0, already_back = 0;

 private:
  /// Makes a table for each: what the row was (b), what the fix made of it (a), and what is to be done now: d, u, i,
  /// "=" for a row that is back already, "!" for one that has changed since.
  void compare(postgres::Connection& connection, const std::vector<CapturedTable>& captured) {
    tables_.clear();
    const std::string path = connection.query("SHOW search_path").text(0, 0);
    for (const FixTableRow& row : all_) {
      UndoTable table{row};
      for (const CapturedTable& each : captured)
        if (each.schema == row.schema && each.name == row.name) table.now = &each;
      if (!table.now || (row.is_key && table.now->identity != row.identity))
        throw Error(code::fix_table_changed, fmt::format("{} has another primary key since the fix", row.shown()));
      for (const std::string& name : row.columns)
        if (std::none_of(table.now->columns.begin(), table.now->columns.end(),
                         [&](const CapturedColumn& column) { return column.name == name; }))
          throw Error(code::fix_table_changed,
                      fmt::format("{} has lost the column {} since the fix", row.shown(), name))
              .because("the values that it had cannot be put back");
      connection.query(settings_of_capture);
      connection.query(compare_sql(connection, table));
      connection.query("SELECT pg_catalog.set_config('search_path', $1::text, true)", {{path}});
      if (!options_.where.empty())
        connection.query(fmt::format("DELETE FROM {} WHERE NOT coalesce(({}\n), false)", table.work(), options_.where));
      const postgres::Result counts =
          connection.query(fmt::format("SELECT waxwing_state, pg_catalog.count(*) FROM {} GROUP BY 1", table.work()));
      for (std::size_t i = 0; i < counts.rows(); ++i) {
        const long long count = counts.integer(i, 1);
        switch (counts.text(i, 0)[0]) {
          case 'd': table.deletes = count; break;
          case 'u': table.updates = count; break;
          case 'i': table.inserts = count; break;
          case '=': already_back += static_cast<std::size_t>(count); break;
          default: skipped += static_cast<std::size_t>(count);
        }
      }
      tables_.push_back(std::move(table));
    }
    if (skipped > 0 && !options_.skips_conflicts) throw conflict(connection);
  }

  std::string compare_sql(postgres::Connection& connection, const UndoTable& table) const {
    const std::string rows_table = ledger_.rows_table(of_.run, table.was.number);
    const KeptRows kept(connection, rows_table, table.was);
    std::vector<std::string> columns;
    for (const std::string& column : table.was.columns)
      columns.push_back(fmt::format("CASE WHEN b.waxwing_kind IS NOT NULL THEN b.{0} ELSE a.{0} END AS {0}",
                                    quote_identifier(column)));
    const std::vector<std::string> kept_types = types_of(connection, rows_table, table);
    const auto is_same = [&](const std::string& alias) {
      std::vector<std::string> left, right;
      for (std::size_t i = 0; i < table.was.columns.size(); ++i) {
        const std::string name = "." + quote_identifier(table.was.columns[i]);
        const char* cast = kept_types[i] == table.column(table.was.columns[i]).type ? "" : "::text";
        left.push_back("t" + name + cast);
        right.push_back(alias + name + cast);
      }
      const std::string now = "ROW(" + base::join(left, ", ") + ")", then = "ROW(" + base::join(right, ", ") + ")";
      return fmt::format("(pg_catalog.record_image_eq({0}, {1}) OR {0}::text = {1}::text)", now, then);
    };
    return fmt::format(
        "CREATE TEMP TABLE waxwing_undo_{0} ON COMMIT DROP AS {1}SELECT {2}, x.waxwing_state, CASE WHEN "
        "x.waxwing_state = "
        "'!' AND a.waxwing_kind IS NOT NULL THEN {3}::text END AS waxwing_left, CASE WHEN x.waxwing_state = '!' AND "
        "t.tableoid IS NOT NULL THEN {4}::text END AS waxwing_now FROM {5} LEFT JOIN {6} ON {7} "
        "CROSS JOIN LATERAL (SELECT CASE "
        "WHEN b.waxwing_kind IS NULL AND t.tableoid IS NULL OR b.waxwing_kind IS NOT NULL AND t.tableoid IS NOT NULL "
        "AND {8} THEN '=' "
        "WHEN a.waxwing_kind IS NULL AND t.tableoid IS NOT NULL OR a.waxwing_kind IS NOT NULL AND (t.tableoid IS NULL "
        "OR NOT {9}) THEN '!' "
        "WHEN b.waxwing_kind IS NULL THEN 'd' WHEN a.waxwing_kind IS NULL THEN 'i' ELSE 'u' END AS waxwing_state "
        "OFFSET 0) x "
        "WHERE {10}",
        table.was.number, kept.with(), base::join(columns, ", "), record_sql(table.was, "a"),
        record_sql(table.was, "t"), kept.pairs(), table.target(),
        table.match([](const std::string& name) { return fmt::format("coalesce(b.{0}, a.{0})", name); }), is_same("b"),
        is_same("a"), kept.differs());
  }

  /// The types that the columns were kept with, in their order.
  static std::vector<std::string> types_of(postgres::Session& session, const std::string& rows_table,
                                           const UndoTable& table) {
    const postgres::Result rows = session.query(
        "SELECT attname::text, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute WHERE attrelid "
        "= pg_catalog.to_regclass($1::text)::pg_catalog.oid AND attnum > 0",
        {{rows_table}});
    std::vector<std::string> types(table.was.columns.size());
    for (std::size_t i = 0; i < rows.rows(); ++i)
      for (std::size_t k = 0; k < types.size(); ++k)
        if (table.was.columns[k] == rows.text(i, 0)) types[k] = rows.text(i, 1);
    return types;
  }

  Error conflict(postgres::Connection& connection) const {
    constexpr int listed = 20;
    std::vector<std::string> lines;
    for (const UndoTable& table : tables_) {
      const postgres::Result rows = connection.query(
          fmt::format("SELECT waxwing_left, waxwing_now, {}::text FROM {} u WHERE waxwing_state = '!' LIMIT {}",
                      record_sql(table.was, "u"), table.work(), listed));
      for (std::size_t i = 0; i < rows.rows() && lines.size() < listed; ++i)
        lines.push_back(line_of(table.was, rows, i));
    }
    if (skipped > lines.size()) lines.push_back(fmt::format("... and {} more", skipped - lines.size()));
    return Error(code::fix_conflict,
                 fmt::format("{} changed since the fix",
                             skipped == 1 ? std::string("1 row has") : fmt::format("{} rows have", skipped)))
        .because(base::join(lines, "\n"))
        .advise(fmt::format("waxwing fix undo {0} --skip-conflicts    leaves them as they are\n"
                            "waxwing fix undo {0} --where SQL         chooses rows",
                            of_.run.substr(0, 8)))
        .state("nothing was changed");
  }

  /// "users (id 4): email is now c@example.org, the fix left b@example.org".
  static std::string line_of(const FixTableRow& table, const postgres::Result& rows, std::size_t i) {
    const auto record = [&](std::size_t column) {
      return rows.is_null(i, column) ? std::vector<std::optional<std::string>>{} : parse_record(rows.value(i, column));
    };
    const auto left = record(0), now = record(1), was = record(2);
    const auto text = [](const std::optional<std::string>& value) { return value ? *value : std::string("NULL"); };
    std::vector<std::string> keys, differences;
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      const auto& some = !left.empty() ? left : !now.empty() ? now : was;
      if (std::find(table.identity.begin(), table.identity.end(), table.columns[k]) != table.identity.end() &&
          k < some.size())
        keys.push_back(table.columns[k] + " " + text(some[k]));
      if (k < left.size() && k < now.size() && left[k] != now[k])
        differences.push_back(
            fmt::format("{} is now {}, the fix left {}", table.columns[k], text(now[k]), text(left[k])));
    }
    const std::string what = now.empty()    ? "the row is gone"
                             : left.empty() ? "the row is there again"
                                            : base::join(differences, "; ");
    return fmt::format("{} ({}): {}", table.shown(), base::join(keys, ", "), what);
  }

  /// Triggers of the users would do their work a second time; what they did is among the rows that are put back.
  /// Returns what enables them again as they were.
  std::string disable_triggers(postgres::Connection& connection) const {
    std::string disable, enable;
    for (const UndoTable& table : tables_)
      for (const CapturedTable::Member& member : table.now->members) {
        const postgres::Result triggers = connection.query(
            "SELECT tgname::text, tgenabled::text FROM pg_catalog.pg_trigger WHERE tgrelid OPERATOR(pg_catalog.=) "
            "$1::pg_catalog.oid AND NOT tgisinternal AND tgenabled OPERATOR(pg_catalog.<>) 'D' AND NOT "
            "pg_catalog.starts_with(tgname::text, 'waxwing_fix_')",
            {{member.oid}});
        for (std::size_t i = 0; i < triggers.rows(); ++i) {
          const std::string alter = "ALTER TABLE ONLY " + postgres::quote_qualified(member.schema, member.name) + " ";
          const std::string name = quote_identifier(triggers.text(i, 0)) + "; ";
          const std::string state = triggers.text(i, 1);
          disable += alter + "DISABLE TRIGGER " + name;
          enable += alter +
                    (state == "A"   ? "ENABLE ALWAYS TRIGGER "
                     : state == "R" ? "ENABLE REPLICA TRIGGER "
                                    : "ENABLE TRIGGER ") +
                    name;
        }
      }
    if (!disable.empty()) connection.query(disable);
    return enable;
  }

  /// Of each table: what the fix inserted goes, what it updated is as before, what it deleted is there again, one after
  /// the other, so that unique values are free when they are needed. With `rewrites` updated rows are deleted and
  /// inserted, which lets two rows swap a unique value.
  std::string put_back_sql(postgres::Connection&, bool rewrites) const {
    std::vector<std::string> parts;
    for (const UndoTable& table : tables_) {
      const int n = table.was.number;
      const std::string deleted = rewrites ? "IN ('d', 'u')" : "= 'd'", inserted = rewrites ? "IN ('i', 'u')" : "= 'i'";
      const bool updates = table.updates > 0 && !rewrites;
      std::vector<std::string> names, values, settings;
      for (const CapturedColumn& column : table.now->columns) {
        const bool was_there =
            std::find(table.was.columns.begin(), table.was.columns.end(), column.name) != table.was.columns.end();
        if (column.is_generated || !was_there) continue;
        const std::string name = quote_identifier(column.name), value = "u." + name + "::" + column.type;
        names.push_back(name);
        values.push_back(value);
        const bool is_key = table.was.is_key && std::find(table.was.identity.begin(), table.was.identity.end(),
                                                          column.name) != table.was.identity.end();
        if (!column.is_identity && !is_key) settings.push_back(name + " = " + value);
      }
      std::string after;
      if (table.deletes > 0 || (rewrites && table.updates > 0)) {
        parts.push_back(fmt::format("d{} AS (DELETE FROM {} USING {} u WHERE u.waxwing_state {} AND {} RETURNING 1)", n,
                                    table.target(), table.work(), deleted, table.match()));
        after = fmt::format(" AND (SELECT pg_catalog.count(*) FROM d{}) >= 0", n);
      }
      const bool inserts = table.inserts > 0 || (rewrites && table.updates > 0);
      if (updates) {
        parts.push_back(fmt::format("u{} AS (UPDATE {} SET {} FROM {} u WHERE u.waxwing_state = 'u' AND {}{}{})", n,
                                    table.target(), base::join(settings, ", "), table.work(), table.match(), after,
                                    inserts ? " RETURNING 1" : ""));
        after = fmt::format(" AND (SELECT pg_catalog.count(*) FROM u{}) >= 0", n);
      }
      if (inserts)
        parts.push_back(
            fmt::format("i{} AS (INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} u WHERE "
                        "u.waxwing_state {}{})",
                        n, postgres::quote_qualified(table.was.schema, table.was.name), base::join(names, ", "),
                        base::join(values, ", "), table.work(), inserted, after));
    }
    return parts.empty() ? "" : "WITH " + base::join(parts, ",\n") + " SELECT 1";
  }

  void put_back(postgres::Connection& connection, const std::string& sql) {
    rewrites_ = false;
    try {
      connection.query("SAVEPOINT waxwing_undo; " + sql);
    } catch (const postgres::SqlError& error) {
      const std::string& state = error.diagnostics().sqlstate;
      // A unique value that two rows swapped; not where deleting a row would do something to others.
      if ((state != "23505" && state != "23P01") || acts_on_delete(connection)) throw;
      rewrites_ = true;
      connection.query("ROLLBACK TO SAVEPOINT waxwing_undo; " + put_back_sql(connection, true));
    }
  }

  bool acts_on_delete(postgres::Connection& connection) const {
    connection.query("ROLLBACK TO SAVEPOINT waxwing_undo");
    std::vector<std::string> oids;
    for (const UndoTable& table : tables_)
      if (table.updates > 0) oids.push_back(table.now->oid);
    return !connection
                .query(
                    "SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = ANY "
                    "($1::pg_catalog.oid[]) AND confdeltype <> 'a' LIMIT 1",
                    {{"{" + base::join(oids, ",") + "}"}})
                .empty();
  }

  /// A rewritten row is counted twice: deleted and inserted.
  long long rewritten(const UndoTable& table) const { return rewrites_ ? table.updates : 0; }

  const FixLedger ledger_;
  const FixRow of_;
  const UndoOptions& options_;
  std::vector<FixTableRow> all_;
  std::vector<UndoTable> tables_;
  bool rewrites_ = false;
};

}  // namespace

UndoResult undo_fix(Project& project, LockedDatabase& database, const std::string& wanted, const UndoOptions& options,
                    base::Console& console) {
  const FixLedger ledger(database.ledger().schema());
  UndoResult result;
  database.with_reconnect([&] { result.of = ledger.find(database.connection(), wanted); });
  if (!result.of.undone_by.empty() && result.of.is_undone_whole) {
    result.was_undone = true;
    return result;
  }
  if (!result.of.rows_removed.empty())
    throw Error(code::fix_rows_removed, fmt::format("the rows from before run {} were removed on {}",
                                                    result.of.run.substr(0, 8), result.of.rows_removed.substr(0, 10)))
        .because(fmt::format("fix_retention_days is {}", project.config().integer("fix_retention_days")))
        .advise("waxwing backup list    shows whether a backup has them")
        .state("nothing was changed");
  Undo undo(ledger, result.of, options);
  database.with_reconnect([&] { undo.read_tables(database.connection()); });

  RunObservers observers;
  if (options.commits) observers = observers_of(project, console);
  UndoScript script(result.of, fmt::format("undo of {}", result.of.run.substr(0, 8)));
  FixPlan plan;
  plan.row.run = base::random_uuid();
  plan.row.name = result.of.name;
  plan.row.path = result.of.path;
  plan.row.reason = script.header().message + ": " + result.of.reason;
  plan.row.ticket = result.of.ticket;
  plan.row.parameters = result.of.parameters;
  plan.row.undoes = result.of.run;
  plan.command = "fix undo";
  plan.migration = &script;
  plan.timeouts = timeouts_of(project, script);
  plan.commits = options.commits;
  plan.observers = options.commits ? &observers : nullptr;
  plan.tables = [&](postgres::Connection& connection) { return undo.captured(connection); };
  plan.effect = [&](postgres::Connection& connection, const std::vector<CapturedTable>& tables,
                    std::vector<std::string>&) {
    undo.apply(connection, tables);
    plan.row.is_whole = undo.is_whole();
    return undo.statements();
  };
  plan.judge = [&](postgres::Connection&, const std::vector<FixTableRow>& changed) { undo.judge(changed); };
  result.outcome = run_in_capture(project, database, plan, console);
  result.skipped = undo.skipped;
  result.already_back = undo.already_back;
  return result;
}

}  // namespace migrate
