// waxwing help: commands, operations, checks, targets, settings.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/man_page.hpp"
#include "cli/output.hpp"
#include "cli/topics.hpp"
#include "migrate/config.hpp"
#include "operations/documentation.hpp"
#include "script/plugin.hpp"

namespace cli {

namespace {

using base::Error;

std::string config_help() {
  std::string text =
      "Settings of waxwing.lua. A flag wins over the variable WAXWING_<NAME>, that over the environment's table, that "
      "over the file.\n\n";
  for (const migrate::ConfigKey& key : migrate::config_keys()) {
    text += fmt::format("  {} {} {}\n", base::pad_right(key.name, 24), base::pad_right(key.type, 8), key.doc);
    if (key.fallback) text += fmt::format("  {} default {}\n", base::pad_right("", 33), key.fallback);
  }
  return text;
}

std::string check_help(const std::string& kind, const script::CheckType& check) {
  std::string text = fmt::format("{}.{} {{ ... }}\n\n{}\n\nkeys\n", kind, check.name, check.summary);
  for (const operations::FieldInfo& field : check.fields)
    text += fmt::format("  {} {} {}{}\n", base::pad_right(field.name, 16), base::pad_right(field.lua_type, 12),
                        field.doc, field.required ? " Required." : "");
  return text;
}

std::string operations_list() {
  std::string text = "operations: waxwing help op NAME shows the keys of one\n\n";
  for (const operations::OperationType* type : operations::all_operations())
    text += fmt::format("  {} {}\n", base::pad_right(type->name(), 28), type->summary());
  return text;
}

std::string checks_list() {
  std::string text = "checks: waxwing help check NAME shows the keys of one\n\n";
  for (const script::CheckType& check : script::all_checks())
    text += fmt::format("  {} {}\n", base::pad_right(check.name, 18), check.summary);
  return text;
}

Error unknown(const std::string& what, const std::string& name, const std::vector<std::string>& names) {
  return Error(base::code::usage,
               fmt::format("there is no {} \"{}\"{}", what, name, base::did_you_mean_suffix(name, names)))
      .advise("waxwing help " + what);
}

/// An operation ("op") or a check of one of the project's plugins; empty when there is none.
std::string plugin_help(Context& context, const std::string& kind, const std::string& name,
                        std::vector<std::string>& names) {
  if (migrate::find_project_folder(context.directory()).empty()) return {};
  for (const script::Plugin* plugin : context.project().plugins()) {
    const script::PluginInfo& info = plugin->info();
    const std::vector<script::PluginPart>& parts = kind == "op" ? info.operations : info.checks;
    for (const script::PluginPart& part : parts) {
      names.push_back(part.name);
      if (part.name != name) continue;
      const std::string summary = fmt::format("{} (plugin {})", part.summary, info.name);
      return check_help(kind, {part.name, summary, part.fields});
    }
  }
  return {};
}

std::string help_text(Context& context, const std::string& topic, const std::string& name) {
  if (topic.empty()) return general_help();
  if (topic == "op") {
    if (name.empty()) return operations_list();
    if (const operations::OperationType* type = operations::find_operation(name)) return operations::help_text(*type);
    std::vector<std::string> names;
    for (const operations::OperationType* type : operations::all_operations()) names.push_back(type->name());
    if (const std::string text = plugin_help(context, "op", name, names); !text.empty()) return text;
    throw unknown("op", name, names);
  }
  if (topic == "check") {
    if (name.empty()) return checks_list();
    std::vector<std::string> names;
    for (const script::CheckType& check : script::all_checks()) {
      if (check.name == name) return check_help("check", check);
      names.push_back(check.name);
    }
    if (const std::string text = plugin_help(context, "check", name, names); !text.empty()) return text;
    throw unknown("check", name, names);
  }
  if (topic == "config" && name.empty()) return config_help();
  if (topic == "man-page" && name.empty()) return man_page();
  if (const Topic* text = find_topic(topic)) return std::string(text->text);
  if (const Command* command = find_command(topic)) return command_help(*command);
  std::vector<std::string> names = {"op", "check", "config"};
  for (const Topic& each : all_topics()) names.emplace_back(each.name);
  for (const Command* command : all_commands()) names.emplace_back(command->name);
  throw Error(base::code::usage,
              fmt::format("there is no help on \"{}\"{}", topic, base::did_you_mean_suffix(topic, names)))
      .advise("waxwing help");
}

base::Exit run(Context& context) {
  const std::string text = help_text(context, context.argument(0), context.argument(1));
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["topic"] = context.argument(0);
    json["text"] = text;
    context.console.json(json);
  } else {
    context.console.raw(context.console.adapt(text));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command help_command;
const Command help_command{"help",
                           "[COMMAND | op NAME | check NAME | TOPIC]",
                           "Explain a command, an operation, a check or a topic.",
                           0,
                           2,
                           {},
                           run,
                           "Topics: targets, config, quick, exit-codes."};

}  // namespace cli
