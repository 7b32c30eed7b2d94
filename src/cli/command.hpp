// A command is one value: its words, its options, its body.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/console.hpp"
#include "migrate/project.hpp"

namespace cli {

/// An option of a command. Without `value` it is a flag.
struct Option {
  /// "--rev-id" or "-m,--message".
  const char* names;
  /// Name of its value in help ("REV"); null for a flag.
  const char* value;
  const char* doc;
};

/// The command line after parsing. Options are found by their long name without dashes ("rev-id").
class Arguments {
 public:
  std::vector<std::string> positional;
  std::map<std::string, std::vector<std::string>> options;

  bool has(const std::string& name) const { return options.contains(name); }
  /// The last value given; empty when the option is absent.
  std::string value(const std::string& name) const;
  std::vector<std::string> values(const std::string& name) const;
};

/// What a command works with; the project is read on first use, so that `--version` and `init` need none.
class Context {
 public:
  Context(Arguments parsed, base::Console& speaker) : arguments(std::move(parsed)), console(speaker) {}

  const Arguments arguments;
  base::Console& console;

  migrate::Project& project();
  /// What the command line says about the project.
  migrate::ProjectOptions project_options() const;
  const revisions::Graph& graph() { return project().graph(); }
  bool json() const { return console.options().json; }
  /// The n-th positional argument, or `fallback`.
  std::string argument(std::size_t index, const std::string& fallback = "") const;
  /// The folder of -C, or the working directory.
  std::string directory() const { return arguments.has("directory") ? arguments.value("directory") : "."; }

 private:
  std::unique_ptr<migrate::Project> project_;
};

struct Command {
  const char* name;
  /// "TARGET [--sql]" as usage shows it.
  const char* usage;
  const char* summary;
  /// How many positional arguments there must and may be.
  std::size_t minimum, maximum;
  std::vector<Option> options;
  base::Exit (*run)(Context&);
  /// More than the summary, for `waxwing help NAME`; may be null.
  const char* details = nullptr;
  /// Behind the first word, what is no option of ours is kept in order, whatever `maximum` says: it is for a script.
  /// With that word, --help is the script's too.
  bool passes_options = false;
};

/// Every command in the order of help. The explicit list is commands.cpp.
const std::vector<const Command*>& all_commands();
const Command* find_command(std::string_view name);
/// Options that every command takes.
const std::vector<Option>& global_options();

/// Parses a command line. Throws code::usage with did-you-mean. `command` is null when only global options were given.
struct ParsedLine {
  const Command* command = nullptr;
  /// A word that is no command of ours; a plugin may have it. Its options that are not ours are among the arguments'
  /// positional words.
  std::string unknown_command = {};
  Arguments arguments;
};
/// A first word that is the path of a script, as the kernel gives it for #!/usr/bin/env waxwing, means `run`.
ParsedLine parse_command_line(const std::vector<std::string>& words);

/// Runs a command of one of the project's plugins. Throws code::usage when no plugin has it.
base::Exit run_plugin_command(Context& context, const std::string& name);

/// "usage: waxwing upgrade TARGET ..." with all options.
std::string command_help(const Command& command);
std::string general_help();

}  // namespace cli
