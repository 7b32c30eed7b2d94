// The first rows tell how quick the function is.
#include "script/row_relay.hpp"

#include <algorithm>

#include "base/clock.hpp"

namespace script {

namespace {

constexpr long long watched_rows = 1000, batch_rows = 50;
/// Twice what the server needs to write a row of 160 bytes with one index.
constexpr std::chrono::nanoseconds quick_row{4000};
/// What the server works on while the next one is made: a part of what a socket holds.
constexpr std::size_t piece = std::size_t{32} << 10;
constexpr char written = 'w', gone = 'g';

}  // namespace

void RowRelay::take(std::string_view line) {
  if (is_late_) {
    raw_.write(line);
  } else if (seen_early_ >= watched_rows) {
    pass_early(line);
  } else {
    const auto start = base::clock().steady_now();
    pass_early(line);
    watch_pace(base::clock().steady_now() - start);
  }
}

void RowRelay::pass_early(std::string_view line) {
  const std::size_t before = ready_.buffer().size();
  pass_(line, ready_.buffer());
  note_fate(ready_.buffer().size() > before);
  ready_.written();
  ++seen_early_;
}

/// The quickest batch counts: any other may have been held up by something else.
void RowRelay::watch_pace(std::chrono::steady_clock::duration spent) {
  batch_ += spent;
  if (seen_early_ % batch_rows != 0) return;
  best_ = std::min(best_, batch_);
  batch_ = {};
  is_late_ = seen_early_ == watched_rows && best_ <= batch_rows * quick_row;
}

void RowRelay::note_fate(bool is_written) { fates_.write({is_written ? &written : &gone, 1}); }

std::string_view RowRelay::next() {
  if (!is_giving_) {
    is_giving_ = true;
    ready_.rewind();
    raw_.rewind();
  }
  if (!is_ready_given_) {
    const std::string_view lines = ready_.read();
    if (!lines.empty()) return lines;
    is_ready_given_ = true;
  }
  out_.clear();
  while (out_.size() < piece) {
    const std::optional<std::string_view> line = raw_.read_line();
    if (!line) break;
    const std::size_t before = out_.size();
    pass_(*line, out_);
    note_fate(out_.size() > before);
  }
  return out_;
}

std::optional<RowRelay::Origin> RowRelay::origin(long long written_line) {
  ready_.rewind();
  raw_.rewind();
  fates_.rewind();
  Origin origin;
  long long lines = 0;
  for (std::string_view fates = fates_.read(); !fates.empty(); fates = fates_.read())
    for (const char fate : fates) {
      const bool is_early = ++origin.row <= seen_early_;
      lines += fate == written;
      if (is_early && fate == gone) continue;
      const std::optional<std::string_view> line = (is_early ? ready_ : raw_).read_line();
      if (!line) return std::nullopt;
      if (fate == gone || lines < written_line) continue;
      origin.line = *line;
      return origin;
    }
  return std::nullopt;
}

}  // namespace script
