// The validation banner, and what a failed check says.
#include "migrate/checks.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/read_only.hpp"

namespace migrate {

using base::Error;
using base::Mark;
namespace code = base::code;

namespace {

const std::string rule(80, '=');

void print_banner(base::Console& console, const char* title) {
  console.result(rule);
  console.result(title);
  console.result(rule);
}

std::string place(const script::Migration& migration, const script::CheckInfo& check, const char* section) {
  return fmt::format("{}:{} in {}", migration.header().path, check.line, section);
}

Error failure(const base::ErrorCode& error_code, std::string headline, const script::Migration& migration,
              const script::CheckInfo& check, const char* section, const script::CheckOutcome& outcome) {
  return Error(error_code, std::move(headline))
      .at(place(migration, check, section))
      .because(base::join(outcome.lines, "\n"))
      .advise(outcome.advice);
}

}  // namespace

std::size_t run_preflight(script::Migration& migration, postgres::Session& session, base::Console& console,
                          bool all_checks, const AfterCheck& after_check) {
  const std::vector<script::CheckInfo> checks = migration.preflight();
  if (checks.empty()) return 0;
  print_banner(console, "STARTING PRE-MIGRATION VALIDATION");
  std::vector<std::string> failures;
  {
    const postgres::ReadOnlyTransaction transaction(session);
    for (std::size_t i = 0; i < checks.size(); ++i) {
      console.result("");
      console.result(fmt::format("[{}/{}] {}...", i + 1, checks.size(), checks[i].doing));
      const base::Stopwatch stopwatch;
      const script::CheckOutcome outcome = migration.run_preflight(i, session);
      if (after_check) after_check(i + 1, checks.size(), checks[i], outcome, stopwatch.milliseconds());
      if (!outcome.passed) {
        console.result(console.mark(Mark::failed) + " " + outcome.text);
        if (!all_checks)
          throw failure(code::check_failed, "MIGRATION ABORTED: " + outcome.text, migration, checks[i], "preflight",
                        outcome);
        for (const std::string& line : outcome.lines) console.result("  " + line);
        failures.push_back(fmt::format("{} ({}:{})", outcome.text, migration.header().path, checks[i].line));
        continue;
      }
      if (!outcome.text.empty()) {
        const bool is_heading = !outcome.lines.empty();
        if (is_heading) console.result("");
        console.result(is_heading ? outcome.text : console.mark(Mark::ok) + " " + outcome.text);
      }
      for (const std::string& line : outcome.lines) console.result(line);
    }
  }
  if (!failures.empty())
    throw Error(code::check_failed, fmt::format("MIGRATION ABORTED: {} failed",
                                                base::count_of(static_cast<long long>(failures.size()), "check")))
        .at(migration.header().path + " in preflight")
        .because(base::join(failures, "\n"));
  console.result("");
  print_banner(console, "PRE-MIGRATION VALIDATION PASSED");
  console.result("");
  return checks.size();
}

std::size_t run_verify(script::Migration& migration, postgres::Session& session, base::Console& console,
                       const AfterCheck& after_check) {
  const std::vector<script::CheckInfo> checks = migration.verify();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const base::Stopwatch stopwatch;
    const script::CheckOutcome outcome = migration.run_verify(i, session);
    if (after_check) after_check(i + 1, checks.size(), checks[i], outcome, stopwatch.milliseconds());
    if (!outcome.passed)
      throw failure(code::verify_failed, "verification failed: " + outcome.text, migration, checks[i], "verify",
                    outcome);
    console.result(fmt::format("{} {}", console.mark(Mark::ok), outcome.text.empty() ? checks[i].doing : outcome.text));
  }
  return checks.size();
}

}  // namespace migrate
