// Signals: the flag, the wake-up call and the second signal.
#include "base/interrupt.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace base;

namespace {

/// Runs `body` in a forked child and returns its wait status; handlers stay out of the test program.
int status_of(void (*body)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("an interrupt is an error of its own exit status", "[base]") {
  CHECK_NOTHROW(throw_if_interrupted());
  const auto exit_after = [](int signal) {
    set_interrupt_signal(signal);
    Exit exit = Exit::done;
    try {
      throw_if_interrupted();
    } catch (const Error& error) {
      exit = error.code().exit;
    }
    set_interrupt_signal(0);
    return exit;
  };
  CHECK(exit_after(SIGINT) == Exit::interrupted);
  CHECK(exit_after(SIGTERM) == Exit::terminated);
  CHECK(exit_after(SIGHUP) == Exit::terminated);
  CHECK(interrupt_signal() == 0);
}

TEST_CASE("a signal sets the flag and calls those who wait", "[base]") {
  const int status = status_of([] {
    install_interrupt_handlers();
    int woken = 0;
    {
      const InterruptWakeup first([](void* count) { ++*static_cast<int*>(count); }, &woken);
      const InterruptWakeup second([](void* count) { ++*static_cast<int*>(count); }, &woken);
      raise(SIGINT);
    }
    _exit(woken == 2 && interrupt_signal() == SIGINT ? 42 : 1);
  });
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a wake-up call that is gone is not called", "[base]") {
  const int status = status_of([] {
    install_interrupt_handlers();
    int woken = 0;
    {
      const InterruptWakeup gone([](void* count) { ++*static_cast<int*>(count); }, &woken);
    }
    raise(SIGTERM);
    _exit(woken == 0 && interrupt_signal() == SIGTERM ? 42 : 1);
  });
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a signal that arrives twice at once is one wish", "[base]") {
  const int status = status_of([] {
    install_interrupt_handlers();
    raise(SIGINT);
    raise(SIGINT);
    _exit(42);
  });
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a second signal ends the process", "[base]") {
  const int status = status_of([] {
    install_interrupt_handlers();
    raise(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    raise(SIGTERM);
    _exit(42);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}

TEST_CASE("nohup is respected", "[base]") {
  const int status = status_of([] {
    std::signal(SIGHUP, SIG_IGN);
    install_interrupt_handlers();
    raise(SIGHUP);
    _exit(interrupt_signal() == 0 ? 42 : 1);
  });
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a write to a closed pipe is an error and not the end", "[base]") {
  const int status = status_of([] {
    install_interrupt_handlers();
    int ends[2];
    if (pipe(ends) != 0) _exit(1);
    close(ends[0]);
    _exit(write(ends[1], "x", 1) == -1 && errno == EPIPE ? 42 : 1);
  });
  CHECK(WEXITSTATUS(status) == 42);
}
