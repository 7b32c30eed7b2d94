// How far a run-book was carried out on a database: a file under the project, so that it outlives an interruption, and
// a restore of the database as well.
#pragma once
#include <string>
#include <vector>

#include "migrate/manifest.hpp"
#include "migrate/run_book_steps.hpp"

namespace migrate {

/// A step and what became of it.
struct RunBookRecord {
  RunBookStep step;
  enum class State { pending, running, done, failed, skipped } state = State::pending;
  int status = 0;
  double milliseconds = 0;
  /// In local time, when it ended or, while it runs, began.
  std::string at = {};
};
const char* name_of(RunBookRecord::State state);

/// What a file of an earlier run says.
struct KeptProgress {
  /// Is it a file that waxwing wrote? Else the rest says nothing.
  bool is_whole = false;
  /// Are its steps those of now, with the same commands? Then the records have them.
  bool is_same = false;
  /// Is every step done or skipped?
  bool is_finished = false;
  std::vector<RunBookRecord> records{};
};
KeptProgress read_progress(const std::string& text, const std::vector<RunBookRecord>& now);

/// `.waxwing/run-book/REV-DATABASE.json` under the project. Only one process at a time has it.
class RunBookProgress {
 public:
  /// Throws code::run_book_refused when another process carries it out.
  RunBookProgress(const Project& project, const std::string& revision, const DatabaseIdentity& database,
                  const std::vector<RunBookStep>& steps);
  ~RunBookProgress();
  RunBookProgress(const RunBookProgress&) = delete;
  RunBookProgress& operator=(const RunBookProgress&) = delete;

  /// Takes over what the file says of an earlier run. Throws code::run_book_refused when the steps are others now, or
  /// the file cannot be read.
  void resume();
  /// Counts the steps before `index` as skipped and the others as not begun.
  void begin_at(std::size_t index);
  /// The first step that is neither done nor skipped; the number of steps when there is none.
  std::size_t next() const;
  bool is_begun() const;
  bool is_finished() const { return next() == records_.size(); }
  const std::vector<RunBookRecord>& records() const { return records_; }
  /// Writes it down, durably, with the time.
  void note(std::size_t index, RunBookRecord::State state, int status = 0, double milliseconds = 0);

 private:
  void write() const;

  std::string revision_, path_, shown_;
  int lock_ = -1;
  std::vector<RunBookRecord> records_;
};

}  // namespace migrate
