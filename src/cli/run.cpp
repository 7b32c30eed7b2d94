// The programme: parse, run, print the error, exit status.
#include "cli/run.hpp"

#include <fmt/format.h>

#include <new>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "migrate/remedies.hpp"

namespace cli {

namespace {

base::Exit run_line(const std::vector<std::string>& words, base::Console& console) {
  const ParsedLine line = parse_command_line(words);
  base::ConsoleOptions options = console.options();
  options.json = line.arguments.has("json");
  options.quiet = line.arguments.has("quiet");
  options.verbose = line.arguments.has("verbose");
  console.set_options(options);
  if (line.arguments.has("version")) {
    console.raw(fmt::format("waxwing {}\n", base::version()));
    return base::Exit::done;
  }
  if (!line.command || line.arguments.has("help")) {
    console.raw(line.command ? command_help(*line.command) : general_help());
    return line.command || line.arguments.has("help") || words.empty() ? base::Exit::done : base::Exit::usage;
  }
  Context context(line.arguments, console);
  return line.command->run(context);
}

}  // namespace

int run(int argc, char** argv) {
  base::ConsoleOptions options = base::Console::options_from_environment();
  const std::vector<std::string> words(argv + 1, argv + argc);
  // Known before the line is parsed, so that an error in the line itself is JSON as well.
  for (const std::string& word : words) options.json = options.json || word == "--json";
  base::Console console(options);
  base::install_interrupt_handlers();
  try {
    return static_cast<int>(run_line(words, console));
  } catch (postgres::SqlError& error) {
    migrate::advise(error, nullptr);
    console.error(error);
    return static_cast<int>(error.code().exit);
  } catch (const base::Error& error) {
    console.error(error);
    return static_cast<int>(error.code().exit);
  } catch (const std::bad_alloc&) {
    console.error(base::Error(base::code::out_of_memory, "out of memory"));
    return static_cast<int>(base::Exit::failed);
  } catch (const std::exception& error) {
    console.error(base::Error(base::code::bug, error.what()));
    return static_cast<int>(base::Exit::bug);
  }
}

}  // namespace cli
