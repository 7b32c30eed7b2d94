// posix_spawn, because the tests have threads; the first terminal that a new session opens controls it.
#include "support/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

extern char** environ;  // NOLINT

namespace tests {

Terminal::Terminal(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
  terminal_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal_ < 0 || grantpt(terminal_) != 0 || unlockpt(terminal_) != 0)
    throw std::runtime_error("no pseudo-terminal");
  const std::string name = ptsname(terminal_);
  std::vector<std::string> words = {WAXWING_PROGRAM}, variables;
  words.insert(words.end(), arguments.begin(), arguments.end());
  for (char** each = environ; *each; ++each) {
    const std::string entry = *each;
    const std::string key = entry.substr(0, entry.find('='));
    if (key != "DATABASE_URL" && key != "WAXWING_ENV" && !environment.contains(key)) variables.push_back(entry);
  }
  for (const auto& [key, value] : environment) variables.push_back(key + "=" + value);
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& each : variables) envp.push_back(each.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, name.c_str(), O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const int failure = posix_spawn(&pid_, WAXWING_PROGRAM, &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failure != 0) throw std::runtime_error("cannot start " WAXWING_PROGRAM);
}

Terminal::~Terminal() {
  if (pid_ != 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(terminal_);
}

void Terminal::resize(int columns) const {
  winsize size = {};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  if (ioctl(terminal_, TIOCSWINSZ, &size) != 0) throw std::runtime_error("the terminal keeps its size");
}

void Terminal::type(const std::string& text) const {
  if (write(terminal_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the terminal takes no more");
}

bool Terminal::read_some() {
  constexpr int limit_ms = 60000;
  pollfd input{terminal_, POLLIN, 0};
  char buffer[4096];
  const ssize_t count = poll(&input, 1, limit_ms) > 0 ? read(terminal_, buffer, sizeof buffer) : 0;
  if (count <= 0) return false;
  screen_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

bool Terminal::shows(const std::string& text) {
  std::size_t at = 0;
  while ((at = screen_.find(text, seen_)) == std::string::npos)
    if (!read_some()) return false;
  seen_ = at + text.size();
  return true;
}

std::string Terminal::wait_for(const std::string& text) {
  const std::size_t start = seen_;
  if (!shows(text)) throw std::runtime_error("no \"" + text + "\" came; what came was:\n" + screen_.substr(start));
  return screen_.substr(start, seen_ - start);
}

int Terminal::wait() {
  // What it still says must be read, or it could not end.
  while (read_some()) {
  }
  int status = 0;
  for (int tries = 0; waitpid(pid_, &status, WNOHANG) == 0; ++tries) {
    if (tries == 1000) throw std::runtime_error("it does not end; on the screen is:\n" + screen_);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tests
