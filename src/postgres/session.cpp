// Numbers from results, and what a plain session cannot do.
#include "postgres/session.hpp"

#include <charconv>

#include "base/error.hpp"

namespace postgres {

std::int64_t Result::integer(std::size_t row, std::size_t column) const {
  const std::string_view digits = value(row, column);
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failure != std::errc() || end != digits.data() + digits.size())
    throw base::Error(base::code::bug, "an integer was expected, the server sent \"" + std::string(digits) + "\"");
  return number;
}

namespace {

[[noreturn]] void refuse_rows() {
  throw base::Error(base::code::needs_database, "rows cannot be passed here")
      .because("they go through a database connection, and there is none behind this session");
}

}  // namespace

std::vector<ResultColumn> Session::describe(std::string_view) { refuse_rows(); }
std::uint64_t Session::copy_out(std::string_view, const CopySink&) { refuse_rows(); }
std::uint64_t Session::copy_in(std::string_view, const CopySource&) { refuse_rows(); }
Result Session::run_unit(std::string_view, const std::function<Result(Session&)>&) { refuse_rows(); }

void Session::begin_autocommit() {
  throw base::Error(base::code::needs_no_transaction, "here no statement can commit by itself")
      .because("checks and data that is only looked at have no transaction of their own to leave");
}

Result Session::run_batches(BatchedWork&) {
  throw base::Error(base::code::needs_no_transaction, "here nothing can be done in batches")
      .because("batches are transactions of their own, and only the upgrade or downgrade of a migration can have them");
}

}  // namespace postgres
