// SIGINT, SIGTERM and SIGHUP become one sticky flag and one wake-up call; a second signal ends the process.
#pragma once
#include "base/error.hpp"

namespace base {

/// Installs the handlers. Call once, from main. SIGHUP stays ignored under nohup; a write to a closed pipe fails with
/// EPIPE. A second signal within 100 ms is taken for the same one, since timeout(1) and terminals send to process and
/// group.
void install_interrupt_handlers();
/// The signal that asked us to stop, or 0.
int interrupt_signal();
/// Throws code::interrupted (SIGINT) or code::terminated (others) when a signal has asked us to stop.
void throw_if_interrupted();
/// Is it what throw_if_interrupted throws?
bool is_interrupt(const Error& error);

/// While it lives, connections of this thread answer although a signal came: for what is said of a run when nothing of
/// it is at work any more. The deadline after a signal stays.
class LastWords {
 public:
  LastWords();
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

 private:
  const bool before_;
};

/// Runs `wake` from the signal handler while it lives, to break a blocking call. `wake` must be async-signal-safe
/// (PQcancel is).
class InterruptWakeup {
 public:
  using Wake = void (*)(void* context);
  InterruptWakeup(Wake wake, void* context);
  ~InterruptWakeup();
  InterruptWakeup(const InterruptWakeup&) = delete;
  InterruptWakeup& operator=(const InterruptWakeup&) = delete;

 private:
  int slot_;
};

/// 0 goes on after a signal, as a prompt does. For tests: pretend that one came.
void set_interrupt_signal(int signal);

}  // namespace base
