// What a failed verification says, and the probes of what a step has added.
#include "migrate/checks.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "operations/parameters.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Error;
using base::Mark;
namespace code = base::code;
using Kind = postgres::RowDemand::Kind;

std::size_t run_verify(script::Migration& migration, postgres::Session& session, base::Console& console,
                       const AfterCheck& after_check) {
  const std::vector<script::CheckInfo> checks = migration.verify();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const base::Stopwatch stopwatch;
    const script::CheckOutcome outcome = migration.run_verify(i, session);
    if (after_check) after_check(i + 1, checks.size(), checks[i], outcome, stopwatch.milliseconds());
    if (!outcome.passed)
      throw Error(code::verify_failed, "verification failed: " + outcome.text)
          .at(fmt::format("{}:{} in verify", migration.header().path, checks[i].line))
          .because(base::join(outcome.lines, "\n"))
          .advise(outcome.advice);
    console.result(fmt::format("{} {}", console.mark(outcome.skipped ? Mark::skipped : Mark::ok),
                               outcome.text.empty() ? checks[i].doing : outcome.text));
  }
  return checks.size();
}

namespace {

base::Value list_of(const std::vector<std::string>& texts) { return base::List(texts.begin(), texts.end()); }

/// The name that PostgreSQL chose for an added constraint: the newest one of its kind that is not in `known`.
std::string chosen_name(const postgres::RowDemand& demand, const std::vector<std::string>& known,
                        postgres::Session& session) {
  const postgres::TableName& table = demand.table;
  const postgres::Result found = session.query(
      R"(select conname from pg_catalog.pg_constraint
         where conrelid = pg_catalog.to_regclass($1)::oid and contype = $2 and conname <> all ($3::text[]) and
           (contype = 'c' or $4::text[] = array(select a.attname::text from pg_catalog.unnest(conkey) with ordinality k(n, o)
              join pg_catalog.pg_attribute a on a.attrelid = conrelid and a.attnum = k.n order by o))
         order by oid desc limit 1)",
      operations::parameters_of({base::Value(postgres::quote_qualified(table.schema, table.name)),
                                 base::Value(demand.kind == Kind::check ? "c" : "f"), list_of(known),
                                 list_of(demand.columns)}));
  return found.rows() == 0 ? std::string() : found.text(0, 0);
}

/// What check.probe is to try; nothing for a demand that leaves no constraint behind.
std::optional<base::Map> probe_arguments(const postgres::RowDemand& demand, std::vector<std::string>& known,
                                         postgres::Session& session) {
  base::Map arguments{{"table", demand.table.name}};
  if (!demand.table.schema.empty()) arguments.emplace_back("schema", demand.table.schema);
  if (demand.kind == Kind::not_null) {
    arguments.emplace_back("column", demand.columns.at(0));
  } else if (!demand.name.empty()) {
    arguments.emplace_back("constraint", demand.name);
  } else if (demand.kind == Kind::unique) {
    arguments.emplace_back("columns", list_of(demand.columns));
  } else {
    known.push_back(chosen_name(demand, known, session));
    if (known.back().empty()) return std::nullopt;
    arguments.emplace_back("constraint", known.back());
  }
  return arguments;
}

bool leaves_constraint(const postgres::RowDemand& demand) {
  return demand.kind == Kind::unique || demand.kind == Kind::foreign_key || demand.kind == Kind::check ||
         demand.kind == Kind::not_null;
}

}  // namespace

void run_probes(const std::vector<postgres::RowDemand>& added, const std::string& path, postgres::Session& session,
                base::Console& console, const AfterCheck& after_check) {
  std::size_t tried = 0;
  std::vector<std::string> known;
  for (const postgres::RowDemand& demand : added)
    if (!demand.name.empty()) known.push_back(demand.name);
  for (const postgres::RowDemand& demand : added) {
    if (!leaves_constraint(demand)) continue;
    std::optional<base::Map> arguments = probe_arguments(demand, known, session);
    if (!arguments) continue;
    script::CheckOutcome outcome;
    const base::Stopwatch stopwatch;
    session.query("SAVEPOINT waxwing_probe");
    try {
      outcome = script::run_check("probe", base::Value(std::move(*arguments)), session);
      session.query("RELEASE SAVEPOINT waxwing_probe");
    } catch (const Error& error) {
      if (error.code() == code::connection_lost) throw;
      // That it cannot be tried says nothing about the constraint.
      base::throw_if_interrupted();
      session.query("ROLLBACK TO SAVEPOINT waxwing_probe");
      outcome.skipped = true;
      outcome.text = demand.name + " was not tried: " + error.what();
    }
    // Dropped or renamed by the same step: nothing is left to try.
    if (outcome.data.is_true("missing")) continue;
    if (outcome.skipped) {
      console.debug("probe", outcome.text);
      continue;
    }
    if (after_check)
      after_check(++tried, added.size(), {"probe", "Trying the constraints of " + demand.table.name}, outcome,
                  stopwatch.milliseconds());
    if (outcome.passed)
      console.result(console.mark(Mark::ok) + " " + outcome.text);
    else
      throw Error(code::verify_failed, "verification failed: " + outcome.text)
          .at(path)
          .because(base::join(outcome.lines, "\n"))
          .advise("probes = false in waxwing.lua turns this off");
  }
}

}  // namespace migrate
