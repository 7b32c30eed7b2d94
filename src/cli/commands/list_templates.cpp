// waxwing list_templates: what `init` and `revision` can start from.
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/templates.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  nlohmann::ordered_json json = document();
  json["templates"] = nlohmann::ordered_json::array();
  for (const Template& each : all_templates()) {
    json["templates"].push_back({{"name", each.name}, {"summary", each.summary}});
    context.console.result(std::string(each.name) + " - " + each.summary);
  }
  if (context.json()) context.console.json(json);
  return base::Exit::done;
}

}  // namespace

extern const Command list_templates_command;
const Command list_templates_command{
    "list_templates", "", "List the kinds of project that `init` can make.", 0, 0, {}, run};

}  // namespace cli
