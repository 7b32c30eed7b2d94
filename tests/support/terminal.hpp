// waxwing at a real pseudo-terminal: what a person types, and what a person sees.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace tests {

class Terminal {
 public:
  /// Starts the built waxwing with the terminal as its controlling one.
  explicit Terminal(const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Types it; "\x03" is Ctrl-C, "\x04" Ctrl-D, "\t" Tab.
  void type(const std::string& text) const;
  /// Makes it so many columns wide.
  void resize(int columns) const;
  /// Reads until `text` has been printed since the last call; false when the program ended without it or a minute is
  /// over.
  bool shows(const std::string& text);
  /// The same; returns what was printed up to its end, and throws where `text` did not come.
  std::string wait_for(const std::string& text);
  /// Exit status, or 128 + signal, once it has ended.
  int wait();
  /// All that was printed, the typed keys among it.
  const std::string& screen() const { return screen_; }
  int pid() const { return pid_; }

 private:
  /// False at the end, or when nothing came for a minute.
  bool read_some();
  int pid_ = 0, terminal_ = -1;
  std::string screen_;
  /// Up to where a wait has looked.
  std::size_t seen_ = 0;
};

}  // namespace tests
