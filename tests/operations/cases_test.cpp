// Runs the text cases: what each call becomes, what undoes it, and how a wrong one is answered.
#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "case_file.hpp"
#include "support/catch.hpp"

namespace {

using tests::OperationCase;

std::vector<std::string> inverse_of(const operations::Operation& op) {
  const auto inverse = op.reverse();
  return inverse ? tests::one_line_each(inverse->sql()) : std::vector<std::string>{"nothing"};
}

}  // namespace

TEST_CASE("every case of tests/operations says what the operation does", "[operations]") {
  for (const OperationCase& each : tests::read_cases()) {
    DYNAMIC_SECTION(each.file << ":" << each.line << " " << each.title) {
      if (!each.error.empty() && each.given.empty()) {
        std::string error = "(no error)";
        try {
          tests::read_call(each.call)->sql();
        } catch (const base::Error& caught) {
          error = caught.what();
        }
        CHECK(error == each.error);
        continue;
      }
      const auto op = tests::read_call(each.call);
      CHECK_FALSE(op->description().empty());
      const auto again = tests::read_call(op->lua());
      CHECK(again->lua() == op->lua());
      if (!each.error.empty()) continue;                                             // the run is what fails
      if (op->type().name() == "drop_foreign_key" && !each.given.empty()) continue;  // looks its name up first
      if (tests::asks_catalogue(*op)) continue;
      CHECK(tests::one_line_each(op->sql()) == tests::one_line_each(each.sql));
      CHECK(again->sql() == op->sql());
      if (each.inverse.empty()) continue;
      const auto inverse = op->reverse();
      if (inverse && inverse->type().name() == "drop_foreign_key" && each.inverse.front().starts_with("op."))
        CHECK(inverse->lua() == each.inverse.front());
      else
        CHECK(inverse_of(*op) == tests::one_line_each(each.inverse));
    }
  }
}

TEST_CASE("every operation has cases for the call, an unknown key and a missing key", "[operations]") {
  std::set<std::string> called, unknown, missing;
  for (const OperationCase& each : tests::read_cases()) {
    const std::string name = each.file.substr(0, each.file.find('.'));
    if (each.error.empty()) called.insert(name);
    if (each.error.find("unknown key") != std::string::npos) unknown.insert(name);
    if (each.error.find("missing key") != std::string::npos) missing.insert(name);
  }
  for (const operations::OperationType* type : operations::all_operations()) {
    INFO(type->name());
    CHECK(called.count(type->name()) == 1);
    CHECK(unknown.count(type->name()) == 1);
    const auto& fields = type->fields();
    if (std::any_of(fields.begin(), fields.end(), [](const auto& field) { return field.required; }))
      CHECK(missing.count(type->name()) == 1);
  }
}
