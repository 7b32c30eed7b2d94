// One report for three commands.
#include "cli/preflight_only.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "migrate/preflight.hpp"

namespace cli {

namespace {

void print(Context& context, const std::vector<std::string>& revisions, std::size_t checks) {
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revision"] = revisions.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(revisions.front());
    json["revisions"] = revisions;
    json["checks"] = checks;
    json["passed"] = true;
    context.console.json(json);
  } else if (revisions.empty()) {
    context.console.result("nothing is pending");
  } else if (checks == 0) {
    context.console.result(revisions.size() == 1
                               ? fmt::format("revision {} has no pre-flight checks", revisions.front())
                               : fmt::format("{} have no check that can be made now",
                                             base::count_of(static_cast<long long>(revisions.size()), "revision")));
  }
}

}  // namespace

base::Exit preflight_only(Context& context, const std::function<ChosenSteps(const revisions::Applied&)>& choose) {
  migrate::Project& project = context.project();
  const auto connection = project.connect(migrate::Purpose::check);
  const ChosenSteps chosen =
      choose(revisions::applied_ids(revisions::Ledger(project.config().text("ledger_schema")).read(*connection)));
  std::vector<std::string> ids;
  for (std::size_t i = chosen.first; i < chosen.steps.size(); ++i) ids.push_back(chosen.steps[i].revision->id);
  migrate::PreflightOptions options{context.arguments.has("all-checks"), chosen.automatic, true};
  std::size_t checks = 0;
  try {
    checks = ids.empty() ? 0
                         : migrate::run_preflight(project, *project.open(*chosen.steps[chosen.first].revision),
                                                  chosen.steps, chosen.first, *connection, context.console, options);
  } catch (base::Error& error) {
    if (error.state().empty()) error.state("nothing was changed");
    throw;
  }
  print(context, ids, checks);
  return base::Exit::done;
}

}  // namespace cli
