// Child processes: output, input, environment, time-outs and failures to start.
#include "base/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "support/catch.hpp"

using namespace base;
using namespace std::chrono_literals;

namespace {

double seconds_of(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("output, error output and status are collected apart", "[base]") {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  CHECK(result.status == 7);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK_FALSE(result.timed_out);
}

TEST_CASE("arguments reach the program as they are", "[base]") {
  CHECK(run_process({"printf", "%s|", "a b", "$HOME", "'\"", ""}).out == "a b|$HOME|'\"||");
}

TEST_CASE("input is sent while output is read", "[base]") {
  const std::string large(3'000'000, 'x');  // more than any pipe holds
  const ProcessResult result = run_process({"cat"}, {.input = large});
  CHECK(result.status == 0);
  CHECK(result.out == large);
}

TEST_CASE("a child that does not read its input is no error", "[base]") {
  CHECK(run_process({"true"}, {.input = std::string(3'000'000, 'x')}).status == 0);
}

TEST_CASE("without input a child reads the end of the file at once", "[base]") {
  CHECK(run_process({"cat"}).out.empty());
}

TEST_CASE("environment is added to and removed from", "[base]") {
  setenv("WAXWING_TEST_GONE", "here", 1);
  setenv("WAXWING_TEST_KEPT", "kept", 1);
  const ProcessResult result =
      run_process({"sh", "-c", "echo ${WAXWING_TEST_GONE-unset} $WAXWING_TEST_KEPT $PGPASSWORD"},
                  {.environment = {{"WAXWING_TEST_GONE", std::nullopt}, {"PGPASSWORD", "x y"}}});
  CHECK(result.out == "unset kept x y\n");
  unsetenv("WAXWING_TEST_GONE");
  unsetenv("WAXWING_TEST_KEPT");
}

TEST_CASE("a child works in the folder it is given", "[base]") {
  CHECK(run_process({"pwd"}, {.working_directory = "/"}).out == "/\n");
  CHECK_THROWS_AS(run_process({"pwd"}, {.working_directory = "/no/such/folder"}), Error);
}

TEST_CASE("a child killed by a signal has status 128 and its number", "[base]") {
  CHECK(run_process({"sh", "-c", "kill -9 $$"}).status == 128 + SIGKILL);
}

TEST_CASE("a time-out ends the child and its children", "[base]") {
  ProcessResult result;
  const double seconds = seconds_of([&] {
    result = run_process({"sh", "-c", "echo begun; sleep 30; echo late"}, {.timeout = 200ms});
  });
  CHECK(result.timed_out);
  CHECK(result.out == "begun\n");
  CHECK(seconds < 3);
}

TEST_CASE("a child that ignores being asked is killed", "[base]") {
  ProcessResult result;
  const double seconds = seconds_of([&] {
    result = run_process({"sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"}, {.timeout = 100ms});
  });
  CHECK(result.timed_out);
  CHECK(result.status == 128 + SIGKILL);
  CHECK(seconds < 6);
}

TEST_CASE("a grandchild that keeps the pipes open is not waited for", "[base]") {
  ProcessResult result;
  const double seconds = seconds_of([&] { result = run_process({"sh", "-c", "sleep 20 & echo done"}); });
  CHECK(result.out == "done\n");
  CHECK(seconds < 5);
}

TEST_CASE("a program that is missing is named with its package", "[base]") {
  try {
    run_process({"waxwing-no-such-program"});
    FAIL("it started");
  } catch (const Error& error) {
    CHECK(error.code() == code::program_missing);
    CHECK_THAT(error.what(), ContainsSubstring("waxwing-no-such-program"));
  }
  try {
    run_process({"/no/such/pg_dump"});
    FAIL("it started");
  } catch (const Error& error) {
    CHECK_THAT(error.advice(), ContainsSubstring("postgresql-client"));
  }
}

TEST_CASE("programs are found on PATH, folders and plain files are not programs", "[base]") {
  CHECK_THAT(find_program("sh"), Catch::Matchers::EndsWith("/sh"));
  CHECK(find_program("/bin/sh") == "/bin/sh");
  CHECK(find_program("/etc/passwd").empty());
  CHECK(find_program("/tmp").empty());
  CHECK(find_program("").empty());
}

TEST_CASE("no descriptors are left open", "[base]") {
  const auto open_files = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
  run_process({"true"});
  const auto before = open_files();
  for (int i = 0; i < 20; ++i) run_process({"true"}, {.input = "x"});
  CHECK_THROWS(run_process({"/no/such/program"}));
  CHECK(open_files() == before);
  // The child has its three, the one that lists, and what this test program was started with.
  int inherited = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC)) ++inherited;
  }
  CHECK(run_process({"sh", "-c", "ls /proc/self/fd | wc -l"}).out == std::to_string(4 + inherited) + "\n");
}

TEST_CASE("an interrupt ends the child and is reported", "[base]") {
  std::thread later([] {
    std::this_thread::sleep_for(150ms);
    set_interrupt_signal(SIGTERM);
  });
  const double seconds = seconds_of([] { CHECK_THROWS_AS(run_process({"sleep", "30"}), Error); });
  later.join();
  set_interrupt_signal(0);
  CHECK(seconds < 3);
}

TEST_CASE("a child reads from and writes to descriptors that it is given", "[base]") {
  int from[2], to[2];
  REQUIRE(pipe2(from, O_CLOEXEC) == 0);
  REQUIRE(pipe2(to, O_CLOEXEC) == 0);
  REQUIRE(write(from[1], "hello\n", 6) == 6);
  close(from[1]);
  ProcessOptions options;
  options.input_from = from[0];
  options.output_to = to[1];
  const ProcessResult result = run_process({"tr", "a-z", "A-Z"}, options);
  CHECK(result.status == 0);
  CHECK(result.out.empty());
  char answer[16] = "";
  CHECK(read(to[0], answer, sizeof answer - 1) == 6);
  CHECK(std::string(answer) == "HELLO\n");
  for (const int fd : {from[0], to[0], to[1]}) close(fd);
}

TEST_CASE("what is thrown while waiting ends the child", "[base]") {
  int calls = 0;
  ProcessOptions options;
  options.while_waiting = [&] {
    if (++calls == 3) throw Error(code::usage, "enough");
  };
  CHECK_THROWS_AS(run_process({"sleep", "600"}, options), Error);
  CHECK(calls == 3);
}
