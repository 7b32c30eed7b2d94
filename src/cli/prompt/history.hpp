// What was typed at prompts before: a file of the user's own.
#pragma once
#include <string>
#include <vector>

namespace cli {

/// One entry a line, with \n and \\ for line ends and backslashes, mode 0600. Sessions append, so none loses what
/// another typed. A file that cannot be written is no error.
class HistoryFile {
 public:
  /// XDG_STATE_HOME/waxwing/history, or ~/.local/state/waxwing/history; nothing is kept where neither is known.
  HistoryFile();

  /// The newest entries, oldest first. A file that has grown is cut.
  std::vector<std::string> read() const;
  /// Leaves out what may be a secret, and what begins with a blank.
  void append(const std::string& entry) const;
  static bool may_keep(const std::string& entry);

 private:
  std::string path_;
};

}  // namespace cli
