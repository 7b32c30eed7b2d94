// Child processes: run one to its end with its output collected; the environment and arguments are given, never a shell
// line.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The name of this machine; empty when it has none.
std::string host_name();

struct ProcessOptions {
  std::string working_directory = {};
  std::string input = {};
  /// Added to (or, with nullopt, removed from) the inherited environment. Secrets go here, never into the arguments.
  std::map<std::string, std::optional<std::string>> environment = {};
  /// Inherits the secrets of our own environment too: for commands that the user wrote.
  bool inherits_secrets = false;
  /// After it the child and its children are asked to end (SIGTERM) and killed two seconds later.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Open descriptors that become its standard input and output in place of `input` and of ProcessResult::out.
  int input_from = -1, output_to = -1;
  /// Called some twenty times a second while it runs. What it throws ends the child and goes to the caller.
  std::function<void()> while_waiting = {};
  /// The kernel asks it to end when the calling thread does, even when that is killed; by setpriv of util-linux.
  bool ends_with_us = false;
};

struct ProcessResult {
  /// Exit status, or 128 + signal number.
  int status = 0;
  bool timed_out = false;
  std::string out, err;
};

/// Runs a program found on PATH (or by its path), in a process group of its own, and waits until it has ended; output
/// of children that it leaves behind is not waited for. Throws code::program_missing when it cannot be started, and
/// ends it and throws code::interrupted or code::terminated when a signal comes meanwhile.
ProcessResult run_process(const std::vector<std::string>& arguments, const ProcessOptions& options = {});
/// The full path of a program on PATH; empty when there is none.
std::string find_program(std::string_view name);
/// The most memory that this program has had at once, in bytes.
std::int64_t peak_memory();

}  // namespace base
