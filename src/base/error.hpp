// The one error type: what happened, where, why, what to try, and what state things are in now.
#pragma once
#include <exception>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Exit status of the program; documented in docs/reference/exit-codes.md.
enum class Exit : int {
  done = 0,
  failed = 1,
  usage = 2,
  not_initialised = 3,
  pending = 4,
  phase_pending = 5,
  validation_failed = 6,
  schema_differs = 7,
  lock_busy = 8,
  refused = 9,
  cannot_connect = 10,
  file_edited = 11,
  outcome_unknown = 12,
  fleet_partly_done = 13,
  bug = 70,
  interrupted = 130,
  terminated = 143,
};

/// A stable error code. `waxwing explain <id>` prints title and explanation.
struct ErrorCode {
  const char* id;
  Exit exit;
  const char* title;
  const char* explanation;
  bool operator==(const ErrorCode& other) const { return std::string_view(id) == other.id; }
};

/// All codes in the order of their ids; the list is error_codes.def.
const std::vector<const ErrorCode*>& all_error_codes();
/// Finds "WAX-2003", "wax-2003" or "2003"; null when there is no such code.
const ErrorCode* find_error_code(std::string_view id);

namespace code {
#define WAX(number, name, exit, title, explanation) extern const ErrorCode name;
#include "base/error_codes.def"
#undef WAX
}  // namespace code

class Error : public std::exception {
 public:
  Error(const ErrorCode& error_code, std::string what) : code_(&error_code), what_(std::move(what)) {}

  /// Adds a place ("migrations/x.lua:3 in upgrade"); the innermost comes first.
  Error& at(std::string place) & { return places_.push_back(std::move(place)), *this; }
  Error&& at(std::string place) && { return std::move(at(std::move(place))); }
  Error& because(std::string cause) & { return because_ = std::move(cause), *this; }
  Error&& because(std::string cause) && { return std::move(because(std::move(cause))); }
  /// What to do next: a command or an edit, with the reader's own names in it.
  Error& advise(std::string next) & { return advice_ = std::move(next), *this; }
  Error&& advise(std::string next) && { return std::move(advise(std::move(next))); }
  /// Where the database is now.
  Error& state(std::string now) & { return state_ = std::move(now), *this; }
  Error&& state(std::string now) && { return std::move(state(std::move(now))); }
  /// Replaces the innermost place by one that says more.
  Error& relocate(std::string place) & { return places_.front() = std::move(place), *this; }
  /// Replaces the headline, keeping the rest; for adding context on the way up.
  Error& headline(std::string what) & { return what_ = std::move(what), *this; }

  const char* what() const noexcept override { return what_.c_str(); }
  const ErrorCode& code() const { return *code_; }
  const std::vector<std::string>& places() const { return places_; }
  const std::string& cause() const { return because_; }
  const std::string& advice() const { return advice_; }
  const std::string& state() const { return state_; }

 private:
  const ErrorCode* code_;
  std::string what_;
  std::vector<std::string> places_;
  std::string because_, advice_, state_;
};

/// The five-line shape. Lines that have nothing to say are left out; the code is set flush right at column 80.
std::string render(const Error& error);
/// {"schema_version":1,"error":{"code","what","at":[...],"because","try","state","exit"}}
nlohmann::ordered_json to_json(const Error& error);

}  // namespace base
