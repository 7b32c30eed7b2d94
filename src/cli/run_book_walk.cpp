// Every step is a child of its own; this process only keeps account.
#include "cli/run_book_walk.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "cli/output.hpp"
#include "cli/typed_line.hpp"

namespace cli {

namespace {

using base::Error;
using base::Mark;
using migrate::RunBookProgress;
using migrate::RunBookRecord;
using migrate::RunBookStep;
using State = RunBookRecord::State;
namespace code = base::code;

/// The output of a child, told line by line while it runs.
class Output {
 public:
  explicit Output(base::Console& console) : console_(console), file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw Error(code::cannot_write_file, "cannot make a temporary file for the output of a step");
  }

  int descriptor() const { return fileno(file_.get()); }

  void tell() {
    char buffer[65536];
    for (ssize_t got; (got = pread(descriptor(), buffer, sizeof buffer, at_)) > 0; at_ += got)
      line_.append(buffer, static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end; (end = line_.find('\n', start)) != std::string::npos; start = end + 1)
      tell_line(line_.substr(start, end - start));
    line_.erase(0, start);
  }

  void finish() {
    tell();
    if (!line_.empty()) tell_line(std::exchange(line_, {}));
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void tell_line(const std::string& line) {
    console_.result(line.empty() ? "" : "    " + line);
    if (console_.options().json) lines_.push_back(base::is_valid_utf8(line) ? line : "(not UTF-8)");
  }

  base::Console& console_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  off_t at_ = 0;
  std::string line_;
  std::vector<std::string> lines_;
};

std::string quoted_for_sh(const std::string& text) { return "'" + base::replace_all(text, "'", "'\\''") + "'"; }

class Walker {
 public:
  Walker(Context& context, const Walk& walk)
      : context_(context),
        console_(context.console),
        walk_(walk),
        asks_(!context.arguments.has("yes")),
        progress_(context.project(), walk.revision.id, walk.database, walk.steps) {}

  base::Exit run() {
    refuse_without_terminal();
    choose_start();
    if (progress_.is_finished()) {
      console_.result(fmt::format("the run-book of {} is carried out; --restart begins again", walk_.revision.id));
      return tell_json({});
    }
    confirm();
    const base::Stopwatch stopwatch;
    std::size_t ran = 0;
    for (std::size_t i = progress_.next(); i < progress_.records().size(); i = progress_.next(), ++ran)
      if (const int status = run_step(i); status != 0) return fail(i, status);
    console_.result(fmt::format("{} run-book of {}: {}, {}", console_.mark(Mark::ok), walk_.revision.id,
                                base::count_of(static_cast<long long>(ran), "step"),
                                base::human_duration(stopwatch.milliseconds())));
    return tell_json({});
  }

 private:
  std::size_t count() const { return walk_.steps.size(); }

  void refuse_without_terminal() const {
    if (asks_ && (console_.options().json || !isatty(STDIN_FILENO)))
      throw Error(code::needs_confirmation, "carrying out a run-book asks before each step")
          .because(console_.options().json ? "with --json nothing can be asked" : "there is no terminal to answer on")
          .advise(fmt::format("waxwing run-book {}    shows the steps\n"
                              "waxwing run-book {} --execute --yes    runs them all",
                              walk_.revision.id, walk_.revision.id))
          .state("nothing was done");
  }

  /// Where the environment wants the database's name typed, it is typed once for all steps.
  void confirm() const {
    const std::string &name = walk_.database.name, given = context_.arguments.value("confirm");
    if (!context_.project().wants_typed_confirmation() || given == name) return;
    const std::string what = "carrying out the run-book of " + walk_.revision.id;
    if (given.empty() && asks_) return confirm_by_name(console_, name, "", what);
    throw Error(code::needs_confirmation, what + " needs the database's name as confirmation")
        .because(given.empty() ? "confirm = \"typed\" says so"
                               : fmt::format("the name is \"{}\", --confirm says \"{}\"", name, given))
        .advise(fmt::format("waxwing run-book {} --execute --yes --confirm {}", walk_.revision.id, name))
        .state("nothing was done");
  }

  void choose_start() {
    const bool restarts = context_.arguments.has("restart");
    if (const std::string from = context_.arguments.value("from"); !from.empty()) {
      if (restarts) throw Error(code::usage, "--from and --restart exclude each other");
      progress_.begin_at(index_of(from));
      return;
    }
    if (!restarts) progress_.resume();
    if (progress_.is_finished() && !walk_.is_applied) progress_.begin_at(0);
    if (!progress_.is_begun() && walk_.is_applied)
      throw Error(code::run_book_refused, fmt::format("{} is applied already", walk_.revision.id))
          .because("a backup made now would not be one of the time before it")
          .advise(fmt::format("waxwing run-book {} --execute --from STEP    begins with a step after the upgrade",
                              walk_.revision.id))
          .state("nothing was done");
    if (!progress_.is_begun() || progress_.is_finished()) return;
    const RunBookRecord& next = progress_.records()[progress_.next()];
    console_.info("run-book",
                  fmt::format("going on with step {} of {}, \"{}\", {}", progress_.next() + 1, count(), next.step.name,
                              next.state == State::running  ? "which was interrupted " + next.at
                              : next.state == State::failed ? "which failed " + next.at
                                                            : "which is next"));
  }

  std::size_t index_of(const std::string& name) const {
    std::vector<std::string> names;
    for (const RunBookStep& step : walk_.steps) names.push_back(step.name);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw Error(code::usage,
                  fmt::format("the run-book has no step \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
          .because("its steps are " + base::join(names, ", "))
          .state("nothing was done");
    return static_cast<std::size_t>(found - names.begin());
  }

  /// Runs it and writes down what became of it. Gives its exit status.
  int run_step(std::size_t index) {
    const RunBookStep& step = walk_.steps[index];
    console_.result(fmt::format("[{}/{}] {}", index + 1, count(), step.name));
    console_.result("  $ " + step.command);
    if (asks_ && !wants(index)) return 0;
    progress_.note(index, State::running);
    Output output(console_);
    const base::Stopwatch stopwatch;
    base::ProcessResult result;
    try {
      result = base::run_process({"sh", "-c", "exec 2>&1\n" + line_of(step)}, options_of(step, output));
    } catch (Error& error) {
      output.finish();
      error.advise(
          fmt::format("waxwing run-book {} --execute    goes on with this step, \"{}\"", walk_.revision.id, step.name));
      error.state(where(index));
      throw;
    }
    output.finish();
    const double milliseconds = stopwatch.milliseconds();
    progress_.note(index, result.status == 0 ? State::done : State::failed, result.status, milliseconds);
    if (console_.options().json) outputs_[index] = output.lines();
    console_.result(fmt::format("  {} {}, {}", console_.mark(result.status == 0 ? Mark::ok : Mark::failed),
                                result.status == 0 ? "done" : fmt::format("status {}", result.status),
                                base::human_duration(milliseconds)));
    return result.status;
  }

  /// Asks for this step; notes it when it is to be left out. Throws when nothing more is to be done.
  bool wants(std::size_t index) {
    for (;;) {
      console_.raw("  Run it? [y]es, [s]kip, [q]uit: ");
      std::optional<std::string> typed;
      try {
        typed = typed_line();
      } catch (Error& error) {
        error.advise(fmt::format("waxwing run-book {} --execute    goes on with step {}, \"{}\"", walk_.revision.id,
                                 index + 1, walk_.steps[index].name));
        error.state(where(index));
        throw;
      }
      const std::string answer = base::lower(base::trim(typed.value_or("quit")));
      if (answer == "y" || answer == "yes") return true;
      if (answer == "s" || answer == "skip") {
        progress_.note(index, State::skipped);
        return false;
      }
      if (answer == "q" || answer == "quit")
        throw Error(code::needs_confirmation,
                    fmt::format("stopped before step {}, \"{}\"", index + 1, walk_.steps[index].name))
            .advise(fmt::format("waxwing run-book {} --execute    goes on with it", walk_.revision.id))
            .state(where(index));
    }
  }

  /// `waxwing` in it gets the -x of this command line.
  std::string line_of(const RunBookStep& step) const {
    if (!is_ours(step)) return step.command;
    std::string options;
    for (const std::string& each : context_.arguments.values("x")) options += " -x " + quoted_for_sh(each);
    return "waxwing" + options + step.command.substr(7);
  }

  static bool is_ours(const RunBookStep& step) { return step.command.starts_with("waxwing "); }

  base::ProcessOptions options_of(const RunBookStep& step, Output& output) const {
    base::ProcessOptions options;
    options.inherits_secrets = true;
    options.working_directory = context_.project().folder();
    options.output_to = output.descriptor();
    options.while_waiting = [&output] { output.tell(); };
    options.ends_with_us = true;
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
    const char* path = std::getenv("PATH");
    options.environment["PATH"] = program + ":" + (path ? path : "/usr/local/bin:/usr/bin:/bin");
    options.environment["WAXWING_RUN_BOOK"] = walk_.revision.id;
    if (!context_.project().config().environment().empty())
      options.environment["WAXWING_ENV"] = context_.project().config().environment();
    // The URL may hold a password, so other programs do not get it.
    if (is_ours(step) && context_.arguments.has("url"))
      options.environment["WAXWING_URL"] = context_.arguments.value("url");
    return options;
  }

  std::string where(std::size_t index) const {
    std::vector<std::string> done;
    for (std::size_t i = 0; i < index; ++i)
      if (progress_.records()[i].state == State::done) done.push_back(walk_.steps[i].name);
    std::string position = "cannot be asked now";
    try {
      const auto connection = context_.project().connect(migrate::Purpose::look);
      const auto rows = revisions::Ledger(context_.project().config().text("ledger_schema")).read(*connection);
      position = "is at " + migrate::position(context_.graph(), revisions::applied_ids(rows));
    } catch (const std::exception&) {
      // The failure of the step is the news.
    }
    return fmt::format("{}; the database {}", done.empty() ? "no step is done" : "done are " + base::join(done, ", "),
                       position);
  }

  base::Exit fail(std::size_t index, int status) {
    const Error error =
        Error(code::run_book_step_failed, fmt::format("step {} of {}, \"{}\", ended with status {}", index + 1, count(),
                                                      walk_.steps[index].name, status))
            .because("what it printed says why")
            .advise(fmt::format("waxwing run-book {} --execute    goes on with this step\n"
                                "waxwing rollback-plan {}    is the way back",
                                walk_.revision.id, walk_.revision.id))
            .state(where(index));
    if (!console_.options().json) console_.error(error);
    tell_json(base::to_json(error).at("error"));
    return static_cast<base::Exit>(status);
  }

  base::Exit tell_json(nlohmann::ordered_json error) {
    if (!console_.options().json) return base::Exit::done;
    nlohmann::ordered_json json = document();
    json["revision"] = walk_.revision.id;
    json["done"] = progress_.is_finished();
    json["steps"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < count(); ++i) {
      const RunBookRecord& record = progress_.records()[i];
      const bool ran = record.state == State::done || record.state == State::failed;
      json["steps"].push_back({{"name", record.step.name},
                               {"command", record.step.command},
                               {"state", migrate::name_of(record.state)},
                               {"status", ran ? nlohmann::ordered_json(record.status) : nlohmann::ordered_json()},
                               {"milliseconds", record.milliseconds},
                               {"at", record.at},
                               {"output", outputs_[i]}});
    }
    json["error"] = std::move(error);
    console_.json(json);
    return base::Exit::done;
  }

  Context& context_;
  base::Console& console_;
  const Walk& walk_;
  const bool asks_;
  RunBookProgress progress_;
  /// Lines by step, for --json.
  std::map<std::size_t, std::vector<std::string>> outputs_;
};

}  // namespace

base::Exit walk_run_book(Context& context, const Walk& walk) { return Walker(context, walk).run(); }

}  // namespace cli
