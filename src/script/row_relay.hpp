// Rows on their way from a COPY out to a COPY in, past a function.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/spool.hpp"

namespace script {

/// The rows wait in files between the two, so memory stays flat. The function is called while they come, when others
/// can still read the table; but a quick one is called while they go, where the server's own work takes longer than
/// the function's, so that it costs no time at all.
class RowRelay {
 public:
  /// Appends the line, with its end, that takes the row's place; nothing when the row goes away.
  using Pass = std::function<void(std::string_view line, std::string& out)>;
  explicit RowRelay(Pass pass) : pass_(std::move(pass)) {}

  void take(std::string_view line);
  /// The next lines to be written, empty at the end. What `pass` throws comes out here as well. Once around only.
  std::string_view next();

  struct Origin {
    /// Among all that were taken, from 1.
    long long row = 0;
    /// As it was written, or as it came when the function was called late.
    std::string line;
  };
  /// The row behind a line that was written, counted from 1. Ends the relay.
  std::optional<Origin> origin(long long written_line);

 private:
  void pass_early(std::string_view line);
  void watch_pace(std::chrono::steady_clock::duration spent);
  void note_fate(bool is_written);

  const Pass pass_;
  /// Lines to write, and behind them the rows that the function has not seen.
  base::Spool ready_, raw_;
  /// A letter for each row that the function has seen: was a line written for it?
  base::Spool fates_;
  std::string out_;
  long long seen_early_ = 0;
  /// Of some rows at a time: now, and the quickest.
  std::chrono::steady_clock::duration batch_{}, best_ = std::chrono::steady_clock::duration::max();
  bool is_late_ = false, is_giving_ = false, is_ready_given_ = false;
};

}  // namespace script
