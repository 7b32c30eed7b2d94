// The programme: parse, run, print the error, exit status.
#include "cli/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/no_memory.hpp"
#include "base/secrets.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/said_environment.hpp"
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
  const bool is_ours = line.unknown_command.empty();
  const bool asks_script = line.command && line.command->passes_options && !line.arguments.positional.empty();
  if (is_ours && (!line.command || (line.arguments.has("help") && !asks_script))) {
    console.raw(line.command ? command_help(*line.command) : general_help());
    return line.command || line.arguments.has("help") || words.empty() ? base::Exit::done : base::Exit::usage;
  }
  Context context(line.arguments, console);
  if (!line.unknown_command.empty()) return run_plugin_command(context, line.unknown_command);
  return line.command->run(context);
}

/// Results that did not arrive are no success; a reader that went away (`| head`) had enough.
base::Exit flush_results(base::Console& console, base::Exit status) {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
  if (errno == EPIPE) return status;
  console.error(base::Error(base::code::cannot_write_output, "the result could not be written to standard output")
                    .because(errno != 0 ? std::strerror(errno) : "an earlier write failed")
                    .advise("free some space; waxwing status    shows where the database is")
                    .state("the command itself ended with status " + std::to_string(static_cast<int>(status))));
  return status == base::Exit::done ? base::code::cannot_write_output.exit : status;
}

base::Exit run_and_report(const std::vector<std::string>& words, base::Console& console) {
  try {
    return flush_results(console, run_line(words, console));
  } catch (postgres::SqlError& error) {
    migrate::advise(error, nullptr);
    error.advise(with_environment(error.advice(), said_environment(words)));
    console.error(error);
    return error.code().exit;
  } catch (base::Error& error) {
    error.advise(with_environment(error.advice(), said_environment(words)));
    console.error(error);
    return error.code().exit;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::filesystem::filesystem_error& error) {
    console.error(base::Error(base::code::cannot_write_file, "cannot work on " + error.path1().string())
                      .because(error.code().message()));
    return base::code::cannot_write_file.exit;
  } catch (const std::exception& error) {
    console.error(base::Error(base::code::bug, error.what()));
    return base::Exit::bug;
  }
}

/// The library's own handler prints the exception's text, which may hold a secret.
[[noreturn]] void on_terminate() {
  // A destructor may ask for memory (those of JSON values do) while the lack of it is on its way up.
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    _exit(base::say_no_memory());
  } catch (...) {
    // Said below.
  }
  static constexpr char text[] = "waxwing: ended by a failure of its own                                  WAX-9001\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
  std::abort();
}

}  // namespace

int run(int argc, char** argv) {
  std::set_terminate(&on_terminate);
  base::install_interrupt_handlers();
  try {
    base::register_secrets_of_environment(environ);
    base::ConsoleOptions options = base::Console::options_from_environment();
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (const std::string& word : words) {
      // Known before the line is parsed, so that an error in the line itself is JSON as well, and has no password in
      // it.
      options.json = options.json || word == "--json";
      base::register_secrets_in(word);
    }
    base::Console console(options);
    return static_cast<int>(run_and_report(words, console));
  } catch (const std::bad_alloc&) {
    return base::say_no_memory();
  }
}

}  // namespace cli
