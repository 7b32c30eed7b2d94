// What a failed verification says, and the probes of what a step has added.
#include "migrate/checks.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace migrate {

using base::Error;
using base::Mark;
namespace code = base::code;

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

void run_probes(const std::vector<postgres::RowDemand>& added, const std::string& path, postgres::Session& session,
                base::Console& console) {
  for (const postgres::RowDemand& demand : added) {
    if (demand.kind != postgres::RowDemand::Kind::unique) continue;
    base::Map arguments{{"table", demand.table.name}};
    if (!demand.table.schema.empty()) arguments.emplace_back("schema", demand.table.schema);
    if (!demand.name.empty()) {
      arguments.emplace_back("constraint", demand.name);
    } else {
      base::List columns;
      for (const std::string& each : demand.columns) columns.emplace_back(each);
      arguments.emplace_back("columns", std::move(columns));
    }
    script::CheckOutcome outcome;
    session.query("SAVEPOINT waxwing_probe");
    try {
      outcome = script::run_check("probe", base::Value(std::move(arguments)), session);
      session.query("RELEASE SAVEPOINT waxwing_probe");
    } catch (const Error& error) {
      if (&error.code() == &code::connection_lost) throw;
      // That it cannot be tried says nothing about the constraint.
      base::throw_if_interrupted();
      session.query("ROLLBACK TO SAVEPOINT waxwing_probe");
      outcome.skipped = true;
      outcome.text = demand.name + " was not tried: " + error.what();
    }
    // Dropped or renamed by the same step: nothing is left to try.
    if (const base::Value* missing = outcome.data.find("missing"); missing && *missing == base::Value(true)) continue;
    if (outcome.skipped)
      console.debug("probe", outcome.text);
    else if (outcome.passed)
      console.result(console.mark(Mark::ok) + " " + outcome.text);
    else
      throw Error(code::verify_failed, "verification failed: " + outcome.text)
          .at(path)
          .because(base::join(outcome.lines, "\n"))
          .advise("probes = false in waxwing.lua turns this off");
  }
}

}  // namespace migrate
