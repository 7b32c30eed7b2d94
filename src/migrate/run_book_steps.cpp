// Reads the setting run_book, or puts the usual steps together.
#include "migrate/run_book_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace migrate {

namespace {

std::vector<RunBookStep> usual_steps(const Project& project) {
  std::vector<RunBookStep> steps;
  const auto application = [&](const char* name, const char* key) {
    const base::Value* command = project.config()["application"].value.find(key);
    if (command && command->get_if<std::string>()) steps.push_back({name, *command->get_if<std::string>()});
  };
  application("maintenance on", "maintenance_on");
  application("stop", "stop");
  steps.push_back({"backup", "waxwing backup --label {revision}"});
  steps.push_back({"preflight", "waxwing preflight {revision}"});
  // The name is asked for once, before the first step.
  const bool is_typed = project.wants_typed_confirmation();
  steps.push_back({"upgrade", "waxwing upgrade {revision}" + (is_typed ? " --yes=" + project.url().database() : "")});
  application("start", "start");
  steps.push_back({"verify", "waxwing verify {revision}"});
  application("health", "health");
  steps.push_back({"report", "waxwing report --output report_{revision}.md"});
  application("maintenance off", "maintenance_off");
  return steps;
}

base::Error bad_step(const Project& project, std::size_t number, std::string why) {
  return base::Error(base::code::bad_run_book, fmt::format("step {} of run_book is not one", number))
      .at(project.config()["run_book"].source)
      .because(std::move(why))
      .advise("run_book = { { name = \"backup\", command = \"waxwing backup\" }, ... }");
}

RunBookStep read_step(const Project& project, const base::Value& value, std::size_t number) {
  const base::Map* map = value.get_if<base::Map>();
  if (!map) throw bad_step(project, number, fmt::format("it is a {}, not a table", value.type_name()));
  RunBookStep step;
  for (const auto& [key, each] : *map) {
    const std::string* text = each.get_if<std::string>();
    if (key != "name" && key != "command")
      throw bad_step(project, number,
                     fmt::format("it has \"{}\"{}", key, base::did_you_mean_suffix(key, {"name", "command"})));
    if (!text || base::trim(*text).empty()) throw bad_step(project, number, key + " must be a text that is not empty");
    (key == "name" ? step.name : step.command) = *text;
  }
  if (step.name.empty() || step.command.empty())
    throw bad_step(project, number, step.name.empty() ? "it has no name" : "it has no command");
  return step;
}

}  // namespace

std::vector<RunBookStep> run_book_steps(const Project& project, const revisions::Revision& revision) {
  std::vector<RunBookStep> steps;
  if (const base::List* list = project.config()["run_book"].value.get_if<base::List>(); list && !list->empty()) {
    for (const base::Value& value : *list) {
      RunBookStep step = read_step(project, value, steps.size() + 1);
      if (std::any_of(steps.begin(), steps.end(), [&](const RunBookStep& other) { return other.name == step.name; }))
        throw bad_step(project, steps.size() + 1, fmt::format("there is a step \"{}\" before it", step.name));
      steps.push_back(std::move(step));
    }
  } else {
    steps = usual_steps(project);
  }
  for (RunBookStep& step : steps) step.command = base::replace_all(step.command, "{revision}", revision.id);
  return steps;
}

}  // namespace migrate
