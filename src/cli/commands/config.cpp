// waxwing config: every setting with its value and where it came from.
#include <fmt/format.h>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

std::string show(const base::Value& value) {
  if (const std::string* text = value.get_if<std::string>()) return *text;
  if (const std::int64_t* number = value.get_if<std::int64_t>()) return std::to_string(*number);
  if (const bool* yes = value.get_if<bool>()) return *yes ? "true" : "false";
  if (const base::List* list = value.get_if<base::List>()) {
    std::vector<std::string> parts;
    for (const base::Value& each : *list) parts.push_back(show(each));
    return "{ " + base::join(parts, ", ") + " }";
  }
  if (const base::Value* variable = value.find("env"); variable && variable->get_if<std::string>())
    return "(" + *variable->get_if<std::string>() + " is not set)";
  return value.is_nil() ? "" : "{ ... }";
}

/// A URL is shown without its password.
std::string shown_setting(const migrate::ConfigKey& key, const migrate::Setting& setting) {
  std::string text = show(setting.value);
  if (std::string_view(key.name) != "url" || text.empty() || text[0] == '(' || text == "private") return text;
  try {
    return postgres::Url::parse(text, setting.source).masked();
  } catch (const base::Error&) {
    return "(not a valid URL)";
  }
}

base::Exit run(Context& context) {
  const migrate::Config& config = context.project().config();
  nlohmann::ordered_json json = document();
  json["file"] = context.project().folder() + "/" + config.file();
  json["environment"] = config.environment();
  json["settings"] = nlohmann::ordered_json::array();
  context.console.result("file         " + context.project().folder() + "/" + config.file());
  if (!config.environment().empty()) context.console.result("environment  " + config.environment());
  for (const migrate::ConfigKey& key : migrate::config_keys()) {
    const migrate::Setting& setting = config[key.name];
    if (std::string_view(key.name) == "environments") continue;
    const std::string value = shown_setting(key, setting);
    json["settings"].push_back({{"name", key.name}, {"value", value}, {"source", setting.source}});
    context.console.result(fmt::format("  {} {} {}", base::pad_right(key.name, 24),
                                       base::pad_right(value.empty() ? "(not set)" : value, 32), setting.source));
  }
  if (context.json()) context.console.json(json);
  return base::Exit::done;
}

}  // namespace

extern const Command config_command;
const Command config_command{"config", "", "Show every setting with its value and where it was set.", 0, 0, {}, run};

}  // namespace cli
