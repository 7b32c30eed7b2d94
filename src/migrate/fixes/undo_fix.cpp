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
#include "migrate/fixes/undo_table.hpp"
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
    const std::string sql = put_back_sql(tables_, false);
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
  /// Makes the work table of each, and counts what is to be done.
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
      connection.query(compare_sql(connection, ledger_, of_.run, table));
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

  Error conflict(postgres::Connection& connection) const {
    constexpr int listed = 20;
    std::vector<std::string> lines;
    for (const UndoTable& table : tables_) {
      const postgres::Result rows = connection.query(
          fmt::format("SELECT waxwing_left, waxwing_now, {}::text FROM {} u WHERE waxwing_state = '!' LIMIT {}",
                      record_sql(table.was, "u"), table.work(), listed));
      for (std::size_t i = 0; i < rows.rows() && lines.size() < listed; ++i)
        lines.push_back(conflict_line(table.was, rows, i));
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

  void put_back(postgres::Connection& connection, const std::string& sql) {
    rewrites_ = false;
    try {
      connection.query("SAVEPOINT waxwing_undo; " + sql);
    } catch (const postgres::SqlError& error) {
      const std::string& state = error.diagnostics().sqlstate;
      // A unique value that two rows swapped; not where deleting a row would do something to others.
      if ((state != "23505" && state != "23P01") || acts_on_delete(connection)) throw;
      rewrites_ = true;
      connection.query("ROLLBACK TO SAVEPOINT waxwing_undo; " + put_back_sql(tables_, true));
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
  result.outcome = run_in_capture(database, plan, console);
  result.skipped = undo.skipped;
  result.already_back = undo.already_back;
  return result;
}

}  // namespace migrate
