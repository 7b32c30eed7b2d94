// The only way to speak: results on stdout, log on stderr, one place for colour, JSON, quiet and ASCII.
#pragma once
#include <cstdio>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace base {

enum class Mark { ok, failed, warning, unknown, arrow, skipped };

struct ConsoleOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool colour = false;
  bool ascii = false;
};

/// Everything it prints has its registered secrets replaced (base/secrets.hpp).
class Console {
 public:
  explicit Console(ConsoleOptions options = {}, std::FILE* out = stdout, std::FILE* err = stderr)
      : options_(options), out_(out), err_(err) {}

  /// Colour where stdout and stderr are terminals and NO_COLOR is unset or empty; ASCII where the locale (LC_ALL,
  /// LC_CTYPE, LANG) is not UTF-8.
  static ConsoleOptions options_from_environment();

  /// A line of the command's result, on stdout. Nothing with --json: there the result is the document alone.
  void result(std::string_view line);
  /// Text that goes to stdout as it is (SQL, a completion script), without a line end of its own.
  void raw(std::string_view text);
  /// The result as JSON, on stdout.
  void json(const nlohmann::ordered_json& document);

  /// "INFO  [waxwing.migrate] ..." on stderr, in Alembic's form; --quiet leaves it out.
  void info(std::string_view area, std::string_view message);
  void warn(std::string_view area, std::string_view message);
  void debug(std::string_view area, std::string_view message);
  /// The error's five lines on stderr, or its JSON on stdout with --json.
  void error(const Error& error);

  /// A line on stderr that the next one overwrites and any other output removes; an empty one removes it. Only where
  /// stderr is a terminal, and not with --json or --quiet.
  void progress(std::string_view line);
  bool shows_progress() const;
  /// A document on one line of stderr, with --json only: the progress of long work, for programs.
  void json_line(const nlohmann::ordered_json& document);

  /// Appends the log and errors to a file as well, with the time; the file's folder is made. Throws
  /// code::cannot_write_file.
  void append_log_to(const std::string& path);

  /// "✓" or "ok" and so on, in colour where it is on.
  std::string mark(Mark mark) const;
  /// Degrades typographic characters (✓ ✗ → – ⚠) when the locale cannot show them.
  std::string adapt(std::string_view text) const;
  std::string bold(std::string_view text) const;
  const ConsoleOptions& options() const { return options_; }
  void set_options(const ConsoleOptions& options) { options_ = options; }

 private:
  void write_to_file(std::string_view text);
  void clear_progress();
  void log(const char* level, const char* colour, std::string_view area, std::string_view message);
  ConsoleOptions options_;
  std::FILE* out_;
  std::FILE* err_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
  std::string file_path_;
  bool shows_progress_ = false;
};

}  // namespace base
