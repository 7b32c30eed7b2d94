// Where the lines of a prompt come from: a terminal with libedit, or anything else that can be read.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cli {

struct Line {
  enum class Kind {
    text,
    interrupted,  // a signal came while it was typed; base::interrupt_signal() has it
    end,
  };
  Kind kind = Kind::end;
  std::string text;
};

/// What can stand at the end of a text.
struct Completions {
  /// How many bytes at its end the candidates replace.
  std::size_t replaced = 0;
  std::vector<std::string> candidates;
};

class LineEditor {
 public:
  virtual ~LineEditor() = default;
  virtual Line read(const std::string& prompt) = 0;
  /// Adds to the history of this session.
  virtual void remember(const std::string& entry) = 0;
  virtual bool is_terminal() const = 0;
};

/// Edits lines where stdin and stdout are a terminal, with keys as ~/.editrc says.
std::unique_ptr<LineEditor> open_line_editor(std::function<Completions(const std::string& before)> complete);

}  // namespace cli
