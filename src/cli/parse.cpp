// Turns the words of a command line into a command and its arguments, with CLI11 doing the reading of options.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"

namespace cli {

using base::Error;
namespace code = base::code;

namespace {

/// CLI11 takes "-1" for an option; relative targets travel behind this byte.
constexpr char shield = '\x01';

bool is_relative_target(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

std::string long_name(const Option& option) {
  for (const std::string& name : base::split(option.names, ','))
    if (name.starts_with("--")) return name.substr(2);
  return std::string(option.names).substr(1);
}

bool has_name(const Option& option, const std::string& word) {
  for (const std::string& name : base::split(option.names, ','))
    if (name == word) return true;
  return false;
}

/// Index of the command's name: the first word that is neither an option nor the value of a global one.
std::size_t find_command_word(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) return i;
    for (const Option& option : global_options())
      if (option.value && has_name(option, words[i])) ++i;
  }
  return words.size();
}

std::vector<std::string> option_names(const Command* command) {
  std::vector<std::string> names;
  for (const Option& option : global_options())
    for (const std::string& name : base::split(option.names, ',')) names.push_back(name);
  if (command)
    for (const Option& option : command->options)
      for (const std::string& name : base::split(option.names, ',')) names.push_back(name);
  return names;
}

std::string help_hint(const Command* command) {
  return command ? std::string("waxwing help ") + command->name : std::string("waxwing help");
}

void refuse_unknown_options(const std::vector<std::string>& words, const Command* command) {
  const std::vector<std::string> known = option_names(command);
  for (const std::string& word : words) {
    if (word == "--") return;
    if (word.size() < 2 || word[0] != '-' || word[0] == shield) continue;
    const std::string name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw Error(code::usage, "unknown option " + name + base::did_you_mean_suffix(name, known))
        .advise(help_hint(command));
  }
}

/// Is the word the path of a script rather than a command? Commands, also those of plugins, have no "/" and no ".".
bool is_script(const std::string& word) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(word, ignored)) return false;
  if (word.ends_with(".lua")) return true;
  char first[2] = "";
  std::ifstream file(word, std::ios::binary);
  return word.find('/') != std::string::npos && file.read(first, 2) && first[0] == '#' && first[1] == '!';
}

bool takes_value(const Option& option, const std::string& word) { return option.value && has_name(option, word); }

/// Takes out of `words` what is for a script: from its path on, all that is no option of ours. The words of a plugin's
/// command are `all` for it.
std::vector<std::string> take_script_words(std::vector<std::string>& words, const std::vector<const Option*>& ours,
                                           bool all) {
  std::vector<std::string> kept, taken;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const auto own = std::find_if(ours.begin(), ours.end(), [&](const Option* each) { return has_name(*each, name); });
    if (!taken.empty() && words[i] == "--") {
      taken.insert(taken.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    const bool is_kept = own != ours.end() || (!all && taken.empty() && words[i].starts_with("-"));
    (is_kept ? kept : taken).push_back(words[i]);
    if (own != ours.end() && takes_value(**own, words[i]) && i + 1 < words.size()) kept.push_back(words[++i]);
  }
  words = std::move(kept);
  return taken;
}

}  // namespace

ParsedLine parse_command_line(const std::vector<std::string>& original) {
  std::vector<std::string> words = original;
  ParsedLine parsed;
  if (const std::size_t at = find_command_word(words); at < words.size()) {
    parsed.command = find_command(words[at]);
    const bool calls_script = !parsed.command && is_script(words[at]);
    if (calls_script) parsed.command = find_command("run");
    if (!parsed.command) parsed.unknown_command = words[at];
    if (!calls_script) words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::vector<const Option*> options;
  for (const Option& option : global_options()) options.push_back(&option);
  if (parsed.command)
    for (const Option& option : parsed.command->options) options.push_back(&option);
  std::vector<std::string> script_words;
  const bool is_of_plugin = !parsed.unknown_command.empty();
  if (is_of_plugin || (parsed.command && parsed.command->passes_options))
    script_words = take_script_words(words, options, is_of_plugin);
  for (std::string& word : words)
    if (is_relative_target(word)) word.insert(word.begin(), shield);

  CLI::App app;
  app.set_help_flag();
  app.allow_extras(!parsed.unknown_command.empty());
  std::vector<std::string> positional;
  app.add_option("arguments", positional);
  for (const Option* option : options) {
    const std::string name = long_name(*option);
    if (option->value)
      app.add_option_function<std::vector<std::string>>(
             option->names,
             [&parsed, name](const std::vector<std::string>& values) { parsed.arguments.options[name] = values; })
          ->take_all()
          ->expected(1)
          ->allow_extra_args(false);
    else
      app.add_flag_function(option->names, [&parsed, name](std::int64_t) { parsed.arguments.options[name]; });
  }
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    refuse_unknown_options(words, parsed.command);
    throw Error(code::usage, error.what()).advise(help_hint(parsed.command));
  }
  const auto unshield = [](std::string& word) {
    if (!word.empty() && word[0] == shield) word.erase(word.begin());
  };
  for (std::string& word : app.remaining()) positional.push_back(word);
  for (std::string& word : positional) unshield(word);
  positional.insert(positional.end(), script_words.begin(), script_words.end());
  for (auto& [name, values] : parsed.arguments.options)
    for (std::string& value : values) unshield(value);
  parsed.arguments.positional = std::move(positional);

  if (parsed.command && !parsed.arguments.has("help")) {
    const std::size_t count = parsed.arguments.positional.size();
    const auto usage = "usage: waxwing " + std::string(parsed.command->name) + " " + parsed.command->usage;
    if (count < parsed.command->minimum)
      throw Error(code::usage, std::string(parsed.command->name) + " needs more arguments")
          .because(usage)
          .advise(help_hint(parsed.command));
    if (count > parsed.command->maximum && !parsed.command->passes_options)
      throw Error(code::usage, "unexpected argument \"" + parsed.arguments.positional[parsed.command->maximum] + "\"")
          .because(usage)
          .advise(help_hint(parsed.command));
  }
  return parsed;
}

}  // namespace cli
