// The signal handler, the sticky flag and the wake-up slots.
#include "base/interrupt.hpp"

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <iterator>

#include "base/error.hpp"

namespace base {

namespace {

std::atomic<int> received{0};
std::atomic<long long> received_at_ms{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<long long>::is_always_lock_free);

struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<InterruptWakeup::Wake> wake{nullptr};
  std::atomic<void*> context{nullptr};
  /// Handlers that are calling `wake` now.
  std::atomic<int> callers{0};
};
/// One for each statement that is under way: as many as a program has threads that wait for a server.
Slot slots[256];

long long monotonic_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

/// A signal sent to the process and again to its group (as timeout(1) does) arrives twice at once; that is one wish.
constexpr long long same_wish_ms = 100;

/// How long the program may take to come to an end by itself after a signal.
constexpr long long grace_ms = 900;
timer_t deadline;
bool has_deadline = false;

/// Something that cannot be interrupted (a pattern match without end, a server that does not answer) holds the program
/// up. Ending closes its sockets, and the server rolls back what it finds open.
void on_deadline(int) {
  static constexpr char by_sigint[] =
      "waxwing: ended at once after a signal                                   WAX-3007\n";
  static constexpr char by_another[] =
      "waxwing: ended at once after a signal                                   WAX-3008\n";
  static constexpr char rest[] =
      "  because  what was at work could not be interrupted\n"
      "  try      waxwing status\n"
      "  state    the server rolls back what was open\n";
  static_assert(sizeof by_sigint == sizeof by_another);
  (void)!write(STDERR_FILENO, received == SIGINT ? by_sigint : by_another, sizeof by_sigint - 1);
  (void)!write(STDERR_FILENO, rest, sizeof rest - 1);
  _exit(128 + received.load());
}

void arm_deadline() {
  if (!has_deadline) return;
  itimerspec when{};
  when.it_value.tv_sec = grace_ms / 1000;
  when.it_value.tv_nsec = grace_ms % 1000 * 1000000;
  timer_settime(deadline, 0, &when, nullptr);
}

void on_signal(int signal) {
  const int saved_errno = errno;
  // The time first: another thread may get the second signal while this one handles the first.
  if (received == 0) received_at_ms = monotonic_ms();
  int none = 0;
  if (!received.compare_exchange_strong(none, signal)) {
    if (monotonic_ms() - received_at_ms > same_wish_ms) _exit(128 + signal);
    errno = saved_errno;
    return;
  }
  // Before the wake-ups: one of them may wait for a server.
  arm_deadline();
  for (Slot& slot : slots) {
    ++slot.callers;
    if (const InterruptWakeup::Wake wake = slot.wake) wake(slot.context);
    --slot.callers;
  }
  errno = saved_errno;
}

}  // namespace

void install_interrupt_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigfillset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A file over its size limit (ulimit -f) is an error of the write then.
  std::signal(SIGXFSZ, SIG_IGN);
  struct sigaction alarm {};
  alarm.sa_handler = on_deadline;
  sigfillset(&alarm.sa_mask);
  sigaction(SIGALRM, &alarm, nullptr);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  has_deadline = timer_create(CLOCK_MONOTONIC, &event, &deadline) == 0;
}

int interrupt_signal() { return received; }

namespace {
thread_local bool is_saying_last_words = false;
}

LastWords::LastWords() : before_(is_saying_last_words) { is_saying_last_words = true; }
LastWords::~LastWords() { is_saying_last_words = before_; }

void throw_if_interrupted() {
  const int signal = received;
  if (signal == 0 || is_saying_last_words) return;
  if (signal == SIGINT) throw Error(code::interrupted, "interrupted");
  throw Error(code::terminated, signal == SIGHUP ? "terminated: the terminal was closed" : "terminated");
}

bool is_interrupt(const Error& error) { return error.code() == code::interrupted || error.code() == code::terminated; }

InterruptWakeup::InterruptWakeup(Wake wake, void* context) : slot_(-1) {
  for (int i = 0; i < static_cast<int>(std::size(slots)); ++i) {
    bool taken = false;
    if (!slots[i].taken.compare_exchange_strong(taken, true)) continue;
    slots[i].context = context;
    slots[i].wake = wake;
    slot_ = i;
    return;
  }
  throw Error(code::bug, "more wake-up calls wait for an interrupt than there are places");
}

InterruptWakeup::~InterruptWakeup() {
  slots[slot_].wake = nullptr;
  // The signal may be handled on another thread, which still uses the context.
  while (slots[slot_].callers > 0) sched_yield();
  slots[slot_].context = nullptr;
  slots[slot_].taken = false;
}

void set_interrupt_signal(int signal) {
  // What was asked to end goes on: a prompt, a test.
  if (signal == 0 && has_deadline) {
    const itimerspec never{};
    timer_settime(deadline, 0, &never, nullptr);
  }
  received = signal;
  received_at_ms = signal == 0 ? 0 : monotonic_ms();
}

}  // namespace base
