// waxwing report: what a run did, from its record in the ledger.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/report/document.hpp"
#include "migrate/report/html.hpp"
#include "migrate/report/markdown.hpp"

namespace cli {

namespace {

base::Exit print_runs(Context& context, const std::vector<revisions::RunRow>& runs) {
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["runs"] = nlohmann::ordered_json::array();
    for (const revisions::RunRow& run : runs)
      json["runs"].push_back(
          {{"run", run.run},
           {"command", run.command},
           {"target", run.target},
           {"started_at", run.started_at},
           {"outcome", run.outcome.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(run.outcome)},
           {"started_by", run.started_by}});
    context.console.json(json);
    return base::Exit::done;
  }
  if (runs.empty()) context.console.result("no run is recorded in this database");
  for (const revisions::RunRow& run : runs) {
    const base::Mark mark = run.outcome == "done" ? base::Mark::ok
                            : run.outcome.empty() ? base::Mark::unknown
                                                  : base::Mark::failed;
    context.console.result(fmt::format("{} {}  {}  {} {}  {}", context.console.mark(mark), run.run.substr(0, 8),
                                       run.started_at.substr(0, 19), run.command, run.target,
                                       run.outcome.empty() ? "unfinished" : run.outcome));
  }
  return base::Exit::done;
}

revisions::RunRow find_run(const std::vector<revisions::RunRow>& runs, const std::string& wanted) {
  if (runs.empty())
    throw base::Error(base::code::usage, wanted.empty() ? "no run is recorded in this database"
                                                        : fmt::format("there is no run {}", wanted))
        .advise(wanted.empty() ? "a run is recorded by: waxwing upgrade head" : "waxwing report --list");
  if (runs.size() > 1 && !wanted.empty())
    throw base::Error(base::code::usage, fmt::format("{} begins the ids of several runs", wanted))
        .because(runs[0].run + ", " + runs[1].run)
        .advise("give more of the id: waxwing report --list");
  return runs.front();
}

base::Exit run(Context& context) {
  const bool md = context.arguments.has("md"), html = context.arguments.has("html");
  if (md + html + context.json() > 1)
    throw base::Error(base::code::usage, "--md, --html and --json exclude each other");
  migrate::Project& project = context.project();
  const auto connection = project.connect(migrate::Purpose::look);
  const revisions::Ledger ledger(project.config().text("ledger_schema"));
  constexpr int most_listed = 50;
  if (context.arguments.has("list")) return print_runs(context, ledger.read_runs(*connection, "", most_listed));
  const std::string wanted = context.argument(0);
  const revisions::RunRow row = find_run(ledger.read_runs(*connection, wanted, wanted.empty() ? 1 : 2), wanted);
  const nlohmann::ordered_json report =
      migrate::report_document(row, ledger.read_events(*connection, row.run), migrate::backup_of(project, row));
  const std::string text = context.json() ? report.dump(2) + "\n"
                           : html         ? migrate::report_html(report)
                                          : migrate::report_markdown(report);
  if (const std::string file = context.arguments.value("output"); !file.empty()) {
    base::write_file(file, text);
    context.console.info("report", "written to " + file);
  } else {
    context.console.raw(text);
  }
  return base::Exit::done;
}

}  // namespace

extern const Command report_command;
const Command report_command{
    "report",
    "[RUN]",
    "Tell what a run did: checks, statements, changes, row counts, times, verdict.",
    0,
    1,
    {{"--md", nullptr, "Markdown (the default)."},
     {"--html", nullptr, "One page that needs nothing else; for a browser, a phone or paper."},
     {"-o,--output", "FILE", "Write to FILE instead of stdout."},
     {"--list", nullptr, "List the runs, newest first."}},
    run,
    "RUN is the beginning of a run's id; without it the last run is told. The report is made from the record in the\n"
    "ledger, so it is the same whenever it is made."};

}  // namespace cli
