// Look-up of commands, options and the project.
#include "cli/command.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace cli {

std::string Arguments::value(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? std::string() : found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>() : found->second;
}

std::string Context::argument(std::size_t index, const std::string& fallback) const {
  return index < arguments.positional.size() ? arguments.positional[index] : fallback;
}

migrate::ProjectOptions Context::project_options() const {
  migrate::ProjectOptions options;
  options.directory = directory();
  options.environment = arguments.value("env");
  if (arguments.has("url")) options.flags["url"] = arguments.value("url");
  if (arguments.has("into")) options.flags["url"] = arguments.value("into");
  if (arguments.has("lock-wait")) options.flags["lock_wait_s"] = arguments.value("lock-wait");
  if (arguments.has("wait")) {
    char* end = nullptr;
    const std::string text = arguments.value("wait");
    const double seconds = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || seconds < 0)
      throw base::Error(base::code::usage, fmt::format("--wait takes a number of seconds, got \"{}\"", text));
    options.wait = std::chrono::milliseconds(static_cast<long long>(seconds * 1000));
  }
  for (const std::string& pair : arguments.values("x")) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      throw base::Error(base::code::usage, fmt::format("-x takes key=value, got \"{}\"", pair));
    const std::string key = pair.substr(0, equals);
    options.x_arguments[key] = pair.substr(equals + 1);
    if (base::is_secret_name(key)) base::register_secret(options.x_arguments[key]);
  }
  return options;
}

migrate::Project& Context::project() {
  if (!project_) project_ = std::make_unique<migrate::Project>(project_options(), console);
  return *project_;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {"-C,--directory", "DIR", "Work on the project in DIR."},
      {"--url", "URL", "The database; \"private\" for the project's own PostgreSQL."},
      {"--env", "NAME", "Use the settings of environments.NAME in waxwing.lua."},
      {"-x", "KEY=VALUE", "Pass a value to scripts, which read it as env.x.KEY; may be repeated."},
      {"--wait", "SECONDS", "Wait this long for a database that is still starting."},
      {"--json", nullptr, "Print the result as JSON, with a schema_version."},
      {"-q,--quiet", nullptr, "Leave out the log; results and errors stay."},
      {"-v,--verbose", nullptr, "Say more."},
      {"-h,--help", nullptr, "Show the help of a command."},
      {"--version", nullptr, "Print the version."},
  };
  return options;
}

const Command* find_command(std::string_view name) {
  for (const Command* command : all_commands())
    if (name == command->name) return command;
  return nullptr;
}

namespace {

std::string options_help(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    std::string names = base::replace_all(option.names, ",", ", ");
    if (option.value) names += std::string(" ") + option.value;
    text += base::pad_right("  " + names, 28) + " " + option.doc + "\n";
  }
  return text;
}

}  // namespace

std::string command_help(const Command& command) {
  std::string text = fmt::format("{}\n\nusage: waxwing {} {}\n", command.summary, command.name, command.usage);
  if (command.details) text += std::string("\n") + command.details + "\n";
  if (!command.options.empty()) text += "\noptions\n" + options_help(command.options);
  return text + "\noptions of every command\n" + options_help(global_options());
}

std::string general_help() {
  std::string text =
      "waxwing: migrations for PostgreSQL, written in Lua or SQL\n\nusage: waxwing COMMAND [ARGUMENTS] "
      "[OPTIONS]\n\ncommands\n";
  for (const Command* command : all_commands())
    text += base::pad_right(std::string("  ") + command->name, 18) + " " + command->summary + "\n";
  return text + "\noptions of every command\n" + options_help(global_options()) +
         "\nwaxwing help COMMAND | op NAME | check NAME | targets | config     waxwing explain WAX-nnnn\n";
}

}  // namespace cli
