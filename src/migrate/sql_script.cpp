// Runs the steps against a recording session and prints what they send.
#include "migrate/sql_script.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "migrate/runner.hpp"
#include "migrate/step_script.hpp"
#include "migrate/timeouts.hpp"
#include "postgres/recording.hpp"
#include "revisions/ledger.hpp"

namespace migrate {

using revisions::Direction;
using revisions::Step;

namespace {

/// psql goes on after an error unless told otherwise; a script that half runs is what this tool exists to prevent.
constexpr const char* preamble = "\\set ON_ERROR_STOP on\n";

std::string block(std::string_view sql) { return fmt::format("{};\n", sql); }

void write_step(Project& project, const Step& step, const revisions::Ledger& ledger, base::Console& console) {
  // The whole step is collected first, so that a script which asks for data leaves no half step on stdout.
  std::string sql = fmt::format("\n-- {}\n", step_line(step));
  const std::unique_ptr<script::Migration> migration = project.open(*step.revision);
  const bool transactional = step.revision->transactional;
  const std::string begin = "BEGIN;\n" + block(timeouts_of(project, *migration).set_local_sql(false));
  postgres::RecordingSession session([&sql](std::string_view text) { sql += text; }, transactional ? begin : "");
  if (const std::size_t checks = migration->preflight().size(); checks > 0 && step.direction == Direction::up)
    sql += fmt::format("-- not part of this script: {}; run with: waxwing preflight {}\n",
                       base::count_of(static_cast<long long>(checks), "pre-flight check"), step.revision->id);
  if (transactional) sql += begin;
  run_script(*migration, step.direction, session);
  sql += block(step.direction == Direction::up
                   ? ledger.apply_sql(
                         {step.revision->id, step.revision->message, migration->checksum(), migration->source(), 0}, {})
                   : ledger.unapply_sql(step.revision->id));
  if (transactional) sql += "COMMIT;\n";
  if (base::redact(sql) != sql) {
    // Run as it is, it would set a password to three stars.
    sql.insert(0,
               fmt::format("\nDO $$ BEGIN RAISE EXCEPTION 'revision {} needs secrets that this script shows as three "
                           "stars; put them in and remove this line'; END $$;\n",
                           step.revision->id));
    console.warn("migrate", fmt::format("{} uses secrets; the script has *** in their place and refuses to run until "
                                        "they are put in",
                                        step.revision->path));
  }
  console.raw(sql);
}

}  // namespace

void write_sql_script(Project& project, const std::vector<Step>& steps, bool with_ledger, base::Console& console) {
  const revisions::Ledger ledger(project.config().text("ledger_schema"));
  console.raw(with_ledger ? ledger_script(project) : preamble);
  if (const std::string path = project.config().text("search_path"); !path.empty())
    console.raw(fmt::format("SET search_path = {}, pg_temp;\n", path));
  for (const Step& step : steps) write_step(project, step, ledger, console);
}

std::string ledger_script(const Project& project) {
  const revisions::Ledger ledger(project.config().text("ledger_schema"));
  return std::string(preamble) + "BEGIN;\n" + ledger.create_sql(0) + "COMMIT;\n";
}

std::string stamp_script(const Project& project, const std::vector<const revisions::Revision*>& stamped,
                         const std::vector<std::string>& removed, bool with_ledger) {
  const revisions::Ledger ledger(project.config().text("ledger_schema"));
  std::string sql = with_ledger ? ledger_script(project) : preamble;
  sql += "\nBEGIN;\n";
  for (const std::string& id : removed) sql += block(ledger.unapply_sql(id));
  for (const revisions::Revision* revision : stamped) sql += block(ledger.stamp_sql(revision->id, revision->message));
  return sql + "COMMIT;\n";
}

}  // namespace migrate
