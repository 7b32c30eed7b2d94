// libedit, reading its characters through us, so that a signal ends a line.
#include "cli/prompt/line_editor.hpp"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <new>

#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

/// Waits until a byte of stdin is there. False when a signal came first; none is missed between the look and the wait.
bool wait_for_input() {
  sigset_t ours, before;
  sigemptyset(&ours);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ours, signal);
  pthread_sigmask(SIG_BLOCK, &ours, &before);
  bool is_there = false;
  while (base::interrupt_signal() == 0 && !is_there) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    is_there = ppoll(&input, 1, nullptr, &before) > 0;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return is_there;
}

/// 1, 0 at the end, -1 for a signal.
int read_byte(unsigned char& byte) {
  for (;;) {
    if (!wait_for_input()) return -1;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count >= 0) return static_cast<int>(count);
    if (errno != EINTR && errno != EAGAIN) return 0;
  }
}

void append_utf8(std::string& text, char32_t c) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xc0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

class TerminalEditor final : public LineEditor {
 public:
  explicit TerminalEditor(std::function<Completions(const std::string&)> complete)
      : complete_(std::move(complete)),
        edit_((std::setlocale(LC_CTYPE, ""), el_init("waxwing", stdin, stdout, stderr)), &el_end),
        history_(history_init(), &history_end) {
    if (!edit_ || !history_) throw std::bad_alloc();
    HistEvent ignored;
    history(history_.get(), &ignored, H_SETSIZE, 2000);
    history(history_.get(), &ignored, H_SETUNIQUE, 1);
    el_set(edit_.get(), EL_CLIENTDATA, this);
    el_set(edit_.get(), EL_EDITOR, "emacs");
    el_set(edit_.get(), EL_SIGNAL, 0);
    el_set(edit_.get(), EL_HIST, &history, history_.get());
    el_set(edit_.get(), EL_PROMPT, &prompt_of);
    el_set(edit_.get(), EL_ADDFN, "waxwing-complete", "completes a name", &on_complete);
    el_set(edit_.get(), EL_BIND, "^I", "waxwing-complete", nullptr);
    el_set(edit_.get(), EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(edit_.get(), nullptr);
    el_set(edit_.get(), EL_GETCFN, &get_character);
  }

  Line read(const std::string& prompt) override {
    prompt_ = prompt;
    el_resize(edit_.get());
    // Before the prompt is there: a Ctrl-D between the two would be lost.
    el_set(edit_.get(), EL_PREP_TERM, 1);
    int count = 0;
    const wchar_t* wide = el_wgets(edit_.get(), &count);
    if (base::interrupt_signal() != 0) {
      (void)!write(STDOUT_FILENO, "^C\n", 3);
      return {Line::Kind::interrupted, {}};
    }
    if (!wide || count <= 0) {
      (void)!write(STDOUT_FILENO, "\n", 1);
      return {Line::Kind::end, {}};
    }
    Line line{Line::Kind::text, {}};
    for (int i = 0; i < count; ++i) append_utf8(line.text, static_cast<char32_t>(wide[i]));
    while (line.text.ends_with('\n') || line.text.ends_with('\r')) line.text.pop_back();
    return line;
  }

  void remember(const std::string& entry) override {
    HistEvent ignored;
    history(history_.get(), &ignored, H_ENTER, entry.c_str());
  }

  bool is_terminal() const override { return true; }

 private:
  static TerminalEditor& of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<TerminalEditor*>(self);
  }

  static char* prompt_of(EditLine* edit) { return of(edit).prompt_.data(); }

  /// UTF-8, whatever the locale. Bytes that are none are left out.
  static int get_character(EditLine*, wchar_t* character) {
    for (;;) {
      unsigned char byte = 0;
      if (const int got = read_byte(byte); got != 1) return got;
      int more = 0;
      char32_t c = byte;
      if (byte >= 0xf0 && byte < 0xf8)
        more = 3, c = byte & 0x07;
      else if (byte >= 0xe0)
        more = 2, c = byte & 0x0f;
      else if (byte >= 0xc0)
        more = 1, c = byte & 0x1f;
      else if (byte >= 0x80)
        continue;
      for (; more > 0; --more) {
        if (const int got = read_byte(byte); got != 1) return got;
        c = (c << 6) | (byte & 0x3f);
      }
      *character = static_cast<wchar_t>(c);
      return 1;
    }
  }

  /// Nothing may be thrown through libedit.
  static unsigned char on_complete(EditLine* edit, int) noexcept {
    try {
      return of(edit).complete();
    } catch (...) {
      return CC_ERROR;
    }
  }

  unsigned char complete() {
    const LineInfo* info = el_line(edit_.get());
    const std::string before(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
    const Completions found = complete_(before);
    if (found.candidates.empty()) return CC_ERROR;
    std::string common = found.candidates.front();
    for (const std::string& each : found.candidates) {
      const auto differ = std::mismatch(common.begin(), common.end(), each.begin(), each.end()).first;
      common.erase(differ, common.end());
    }
    if (common.size() > found.replaced) {
      el_deletestr(edit_.get(), static_cast<int>(found.replaced));
      el_insertstr(edit_.get(), common.c_str());
      return CC_REFRESH;
    }
    if (found.candidates.size() == 1) return CC_ERROR;
    list(found.candidates);
    return CC_REDISPLAY;
  }

  /// Under the line, in columns.
  static void list(const std::vector<std::string>& candidates) {
    constexpr std::size_t most = 200, terminal_width = 80;
    std::size_t width = 0;
    for (const std::string& each : candidates) width = std::max(width, base::display_width(each) + 2);
    const std::size_t columns = std::max<std::size_t>(1, terminal_width / width);
    std::string text = "\n";
    for (std::size_t i = 0; i < std::min(candidates.size(), most); ++i)
      text += base::pad_right(candidates[i], width) + ((i + 1) % columns == 0 ? "\n" : "");
    if (candidates.size() > most) text += "\n... " + std::to_string(candidates.size() - most) + " more";
    if (!text.ends_with('\n')) text += "\n";
    (void)!write(STDOUT_FILENO, text.data(), text.size());
  }

  std::function<Completions(const std::string&)> complete_;
  std::unique_ptr<EditLine, decltype(&el_end)> edit_;
  std::unique_ptr<History, decltype(&history_end)> history_;
  std::string prompt_;
};

/// Lines as they come, without a word.
class PlainReader final : public LineEditor {
 public:
  Line read(const std::string&) override {
    Line line{Line::Kind::text, {}};
    for (;;) {
      unsigned char byte = 0;
      const int got = read_byte(byte);
      if (got < 0) return {Line::Kind::interrupted, {}};
      if (got == 0) {
        if (line.text.empty()) line.kind = Line::Kind::end;
        return line;
      }
      if (byte == '\n') return line;
      line.text += static_cast<char>(byte);
    }
  }
  void remember(const std::string&) override {}
  bool is_terminal() const override { return false; }
};

}  // namespace

std::unique_ptr<LineEditor> open_line_editor(std::function<Completions(const std::string&)> complete) {
  if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) return std::make_unique<TerminalEditor>(std::move(complete));
  return std::make_unique<PlainReader>();
}

}  // namespace cli
