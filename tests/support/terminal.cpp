// posix_spawn, because the tests have threads; a session of its own makes the terminal its controlling one.
#include "support/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

extern char** environ;  // NOLINT

namespace tests {

using Clock = std::chrono::steady_clock;

namespace {

int milliseconds_until(Clock::time_point end) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count());
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& arguments) {
  terminal_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[128];
  if (terminal_ < 0 || grantpt(terminal_) != 0 || unlockpt(terminal_) != 0 ||
      ptsname_r(terminal_, name, sizeof name) != 0)
    throw std::runtime_error("there is no pseudo-terminal");
  std::vector<std::string> words = {WAXWING_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<char*> environment;
  for (char** each = environ; *each; ++each)
    if (!std::string_view(*each).starts_with("DATABASE_URL=") && !std::string_view(*each).starts_with("WAXWING_ENV="))
      environment.push_back(*each);
  environment.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  const int failure = posix_spawn(&pid_, WAXWING_PROGRAM, &actions, &attributes, argv.data(), environment.data());
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

bool Terminal::read_some(int limit_ms) {
  pollfd each = {terminal_, POLLIN, 0};
  if (poll(&each, 1, limit_ms) <= 0) return false;
  char buffer[4096];
  const ssize_t got = read(terminal_, buffer, sizeof buffer);
  if (got > 0) screen_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

bool Terminal::shows(const std::string& text, int limit_ms) {
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(limit_ms);
  for (;;) {
    if (const std::size_t found = screen_.find(text, seen_); found != std::string::npos) {
      seen_ = found + text.size();
      return true;
    }
    const int left = milliseconds_until(end);
    if (left <= 0 || !read_some(left)) return false;
  }
}

void Terminal::type(const std::string& keys) const {
  if (write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("the terminal takes no keys");
}

int Terminal::wait(int limit_ms) {
  // Who prints more than the terminal holds waits for a reader.
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(limit_ms);
  while (milliseconds_until(end) > 0 && read_some(milliseconds_until(end))) {
  }
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (milliseconds_until(end) <= 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, &status, 0);
      pid_ = 0;
      return -1;
    }
    usleep(2000);
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tests
