// Starting a child, feeding it, collecting its output, and ending it in time.
#include "base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace base {

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

namespace {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

/// Between asking a child to end and killing it.
constexpr milliseconds grace{2000};
/// After a child has ended, its own children may still hold its pipes; their output is not waited for longer.
constexpr milliseconds afterglow{250};
/// How often the state is looked at where nothing wakes the wait.
constexpr milliseconds tick{50};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept { return reset(std::exchange(other.fd_, -1)), *this; }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error start_error(const std::string& program, int error_number) {
  return Error(code::program_missing, "cannot start " + program).because(std::strerror(error_number));
}

struct Pipe {
  Descriptor read_end, write_end;
  explicit Pipe(const std::string& program) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw start_error(program, errno);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
};

/// Writing to a child that no longer reads must fail with EPIPE, whatever the process does with SIGPIPE.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipeSignal() {
    const timespec at_once{};
    if (!was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    if (options.environment.contains(std::string(text.substr(0, text.find('='))))) continue;
    if (options.inherits_secrets || !is_secret_of_environment(text)) out.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment)
    if (value) out.push_back(name + "=" + *value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::string package_of(std::string_view program) {
  for (const char* client : {"psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_isready"})
    if (program == client) return "postgresql-client";
  for (const char* server : {"postgres", "initdb", "pg_ctl", "pg_basebackup", "pg_verifybackup"})
    if (program == server) return "postgresql";
  return {};
}

std::string checked_program(const std::string& name, const ProcessOptions& options) {
  std::string path = find_program(name);
  if (path.empty()) {
    Error error(code::program_missing, "the program " + name + " is not installed");
    error.because(name.find('/') == std::string::npos ? "it is in no folder of PATH" : "there is no such program");
    const std::string package = package_of(name.substr(name.rfind('/') + 1));
    if (!package.empty()) error.advise("apt install " + package);
    throw error;
  }
  if (options.working_directory.empty()) return path;
  struct stat status {};
  if (stat(options.working_directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    throw Error(code::program_missing, "cannot start " + name)
        .because("its working folder " + options.working_directory + " does not exist");
  // A relative path means the caller's folder, not the child's.
  if (!path.starts_with('/'))
    if (char* absolute = realpath(path.c_str(), nullptr)) {
      path = absolute;
      std::free(absolute);
    }
  return path;
}

class Child {
 public:
  Child(const std::vector<std::string>& arguments, const ProcessOptions& options);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ProcessResult run(std::optional<milliseconds> timeout);

 private:
  void send(int signal) const { kill(-pid_, signal); }
  bool reap(int flags);
  void feed();
  static void collect(Descriptor& from, std::string& into);
  void wait_for_something(milliseconds at_most);

  std::string_view input_;
  const std::function<void()>& while_waiting_;
  Descriptor in_, out_, err_, process_;
  pid_t pid_ = -1;
  bool ended_ = false;
  ProcessResult result_;
};

Child::Child(const std::vector<std::string>& arguments, const ProcessOptions& options)
    : input_(options.input), while_waiting_(options.while_waiting) {
  std::string path = checked_program(arguments.at(0), options);
  Pipe in(path), out(path), err(path);
  std::vector<std::string> argument_texts = arguments, environment_texts = environment_of(options);
  if (const std::string wrapper = options.ends_with_us ? find_program("setpriv") : ""; !wrapper.empty()) {
    argument_texts[0] = path;
    argument_texts.insert(argument_texts.begin(), {wrapper, "--pdeathsig", "TERM", "--"});
    path = wrapper;
  }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, options.input_from >= 0 ? options.input_from : in.read_end.get(),
                                   STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, options.output_to >= 0 ? options.output_to : out.write_end.get(),
                                   STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end.get(), STDERR_FILENO);
  if (!options.working_directory.empty())
    posix_spawn_file_actions_addchdir_np(&actions, options.working_directory.c_str());

  // A process group of its own, so that a time-out ends the child's children as well; signals as a fresh program has
  // them.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigset_t defaults, none;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &none);

  const int error_number = posix_spawn(&pid_, path.c_str(), &actions, &attributes, pointers(argument_texts).data(),
                                       pointers(environment_texts).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error_number != 0) {
    ended_ = true;
    throw start_error(path, error_number);
  }
  in_ = std::move(in.write_end);
  out_ = std::move(out.read_end);
  err_ = std::move(err.read_end);
  for (const Descriptor* end : {&in_, &out_, &err_}) fcntl(end->get(), F_SETFL, O_NONBLOCK);
  if (input_.empty()) in_.reset();
  process_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
}

Child::~Child() {
  if (ended_) return;
  send(SIGKILL);
  reap(0);
}

bool Child::reap(int flags) {
  if (ended_) return true;
  int status = 0;
  pid_t got = 0;
  do got = waitpid(pid_, &status, flags);
  while (got < 0 && errno == EINTR);
  if (got == 0) return false;
  ended_ = true;
  if (got > 0) result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

void Child::feed() {
  while (in_ && !input_.empty()) {
    const ssize_t written = write(in_.get(), input_.data(), input_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return;
    // EPIPE: the child does not want the rest; its exit status says whether that is an error.
    if (written < 0) break;
    input_.remove_prefix(static_cast<std::size_t>(written));
  }
  in_.reset();
}

void Child::collect(Descriptor& from, std::string& into) {
  char buffer[65536];
  while (from) {
    const ssize_t got = read(from.get(), buffer, sizeof buffer);
    if (got > 0) {
      into.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    from.reset();
  }
}

void Child::wait_for_something(milliseconds at_most) {
  // poll() leaves out entries whose descriptor is negative.
  pollfd watched[] = {{in_.get(), POLLOUT, 0},
                      {out_.get(), POLLIN, 0},
                      {err_.get(), POLLIN, 0},
                      {ended_ ? -1 : process_.get(), POLLIN, 0}};
  if (!ended_ && !process_) at_most = std::min(at_most, milliseconds(5));
  poll(watched, std::size(watched), static_cast<int>(std::clamp<long long>(at_most.count(), 0, 1000)));
}

ProcessResult Child::run(std::optional<milliseconds> timeout) {
  const NoBrokenPipeSignal guard;
  const bool was_interrupted = interrupt_signal() != 0;
  std::optional<TimePoint> deadline, kill_at, give_up_at;
  // The system's time, not clock(): a test that sets the time still waits for real children.
  const auto now = [] { return std::chrono::steady_clock::now(); };
  if (timeout) deadline = now() + *timeout;
  const auto end_it = [&] {
    send(SIGTERM);
    send(SIGCONT);
    kill_at = now() + grace;
  };
  for (;;) {
    feed();
    collect(out_, result_.out);
    collect(err_, result_.err);
    if (reap(WNOHANG)) {
      in_.reset();
      if (!out_ && !err_) break;
      if (!give_up_at) give_up_at = now() + afterglow;
      if (now() >= *give_up_at) break;
    } else if (kill_at) {
      if (now() >= *kill_at) send(SIGKILL);
    } else if (deadline && now() >= *deadline) {
      result_.timed_out = true;
      end_it();
    } else if (!was_interrupted && interrupt_signal() != 0) {
      end_it();
    }
    if (while_waiting_ && !ended_) while_waiting_();
    milliseconds wait = tick;
    for (const auto& moment : {deadline, kill_at, give_up_at})
      if (moment && *moment > now()) wait = std::min(wait, std::chrono::ceil<milliseconds>(*moment - now()));
    wait_for_something(wait);
  }
  if (result_.timed_out) send(SIGKILL);  // what is left of its group
  if (!was_interrupted) throw_if_interrupted();
  return std::move(result_);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  if (arguments.empty()) throw Error(code::bug, "a program without a name was to be run");
  return Child(arguments, options).run(options.timeout);
}

std::string find_program(std::string_view name) {
  const auto is_program = [](const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
  };
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos)
    return is_program(std::string(name)) ? std::string(name) : std::string();
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    std::string candidate = (folder.empty() ? "." : folder) + "/" + std::string(name);
    if (is_program(candidate)) return candidate;
  }
  return {};
}

std::int64_t peak_memory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{1024} * usage.ru_maxrss;
}

}  // namespace base
