// The file has names, states and checksums of the commands; a command's text may hold a secret.
#include "migrate/run_book_progress.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/kept_json.hpp"

namespace migrate {

using base::Error;
using nlohmann::ordered_json;
using State = RunBookRecord::State;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr State all_states[] = {State::pending, State::running, State::done, State::failed, State::skipped};

std::string sum_of(const RunBookStep& step) { return base::sha256_hex(step.command); }

bool is_over(State state) { return state == State::done || state == State::skipped; }

RunBookRecord record_of(const ordered_json& step) {
  RunBookRecord record;
  record.step.name = step.value("name", "");
  const std::string name = step.value("state", "");
  for (const State state : all_states)
    if (name == name_of(state)) record.state = state;
  record.status = step.value("status", 0);
  record.milliseconds = step.value("milliseconds", 0.0);
  record.at = step.value("at", "");
  return record;
}

}  // namespace

KeptProgress read_progress(const std::string& text, const std::vector<RunBookRecord>& now) {
  KeptProgress kept;
  if (base::is_nested_too_deeply(text)) return kept;
  try {
    const ordered_json json = ordered_json::parse(text);
    const ordered_json& steps = json.at("steps");
    kept.is_same = steps.size() == now.size();
    for (const ordered_json& step : steps) {
      RunBookRecord record = record_of(step);
      const std::size_t i = kept.records.size();
      kept.is_same = kept.is_same && record.step.name == now[i].step.name &&
                     step.value("command_sha256", "") == sum_of(now[i].step);
      if (kept.is_same) record.step = now[i].step;
      kept.records.push_back(std::move(record));
    }
    kept.is_whole = steps.is_array();
  } catch (const nlohmann::json::exception&) {
    return kept;
  }
  kept.is_finished = std::all_of(kept.records.begin(), kept.records.end(),
                                 [](const RunBookRecord& record) { return is_over(record.state); });
  return kept;
}

const char* name_of(State state) {
  switch (state) {
    case State::pending: return "pending";
    case State::running: return "running";
    case State::done: return "done";
    case State::failed: return "failed";
    case State::skipped: return "skipped";
  }
  return "";
}

RunBookProgress::RunBookProgress(const Project& project, const std::string& revision, const DatabaseIdentity& database,
                                 const std::vector<RunBookStep>& steps)
    : revision_(revision) {
  const std::string key =
      base::sha256_hex(database.system_identifier.empty() ? database.host + "\n" + database.port + "\n" + database.name
                                                          : database.system_identifier + "\n" + database.name);
  const fs::path folder = fs::path(project.folder()) / ".waxwing" / "run-book";
  fs::create_directories(folder);
  path_ = (folder / (revision + "-" + key.substr(0, 12) + ".json")).string();
  shown_ = project.shown(path_);
  lock_ = open((path_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) throw Error(code::cannot_write_file, "cannot write " + shown_ + ".lock").because(std::strerror(errno));
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    close(lock_);
    throw Error(code::run_book_refused, fmt::format("the run-book of {} is being carried out already", revision))
        .because(fmt::format("another process has {}.lock", shown_))
        .advise("wait until it has ended; waxwing status    shows what it does to the database")
        .state("nothing was done");
  }
  for (const RunBookStep& step : steps) records_.push_back({step});
}

RunBookProgress::~RunBookProgress() { close(lock_); }

void RunBookProgress::resume() {
  if (!base::file_exists(path_)) return;
  const auto refuse = [&](const std::string& why) {
    throw Error(code::run_book_refused, fmt::format("the run-book of {} cannot go on where it stopped", revision_))
        .at(shown_)
        .because(why)
        .advise(fmt::format("waxwing run-book {} --execute --from STEP    goes on with a step that you name\n"
                            "waxwing run-book {} --execute --restart    begins with the first",
                            revision_, revision_))
        .state("nothing was done");
  };
  const KeptProgress kept = read_progress(base::read_file(path_), records_);
  if (!kept.is_whole) refuse("the file is not one that waxwing wrote");
  if (kept.is_same) {
    records_ = kept.records;
  } else if (!kept.is_finished) {
    refuse("its steps were changed since it was begun");
  }
}

void RunBookProgress::begin_at(std::size_t index) {
  for (std::size_t i = 0; i < records_.size(); ++i)
    records_[i] = {records_[i].step, i < index ? State::skipped : State::pending};
}

std::size_t RunBookProgress::next() const {
  const auto open = std::find_if(records_.begin(), records_.end(),
                                 [](const RunBookRecord& record) { return !is_over(record.state); });
  return static_cast<std::size_t>(open - records_.begin());
}

bool RunBookProgress::is_begun() const {
  return std::any_of(records_.begin(), records_.end(),
                     [](const RunBookRecord& record) { return record.state != State::pending; });
}

void RunBookProgress::note(std::size_t index, State state, int status, double milliseconds) {
  RunBookRecord& record = records_.at(index);
  record = {record.step, state, status, milliseconds, base::local_timestamp(base::clock().now())};
  write();
}

void RunBookProgress::write() const {
  ordered_json json = {{"schema_version", 1}, {"revision", revision_}, {"steps", ordered_json::array()}};
  for (const RunBookRecord& record : records_)
    json["steps"].push_back({{"name", record.step.name},
                             {"command_sha256", sum_of(record.step)},
                             {"state", name_of(record.state)},
                             {"status", record.status},
                             {"milliseconds", record.milliseconds},
                             {"at", record.at}});
  base::write_file(path_, json.dump(2) + "\n");
}

}  // namespace migrate
