#include "script/row_relay.hpp"

#include <stdexcept>

#include "base/clock.hpp"
#include "support/catch.hpp"
#include "support/other_pace.hpp"

using script::RowRelay;

namespace {

/// 1\n to N\n, without every third, and "<row>!\n" for each that stays.
struct Numbers {
  int passed = 0;
  RowRelay relay{[this](std::string_view line, std::string& out) {
    ++passed;
    const int number = std::stoi(std::string(line));
    if (number % 3 == 0) return;
    out += std::to_string(number) + "!\n";
  }};

  explicit Numbers(int count) {
    for (int i = 1; i <= count; ++i) relay.take(std::to_string(i) + "\n");
  }
  std::string rest() {
    std::string all;
    for (std::string_view lines = relay.next(); !lines.empty(); lines = relay.next()) all += lines;
    return all;
  }
};

std::string expected(int count) {
  std::string all;
  for (int i = 1; i <= count; ++i)
    if (i % 3 != 0) all += std::to_string(i) + "!\n";
  return all;
}

}  // namespace

TEST_CASE("a slow function is called while rows come, a quick one while they go", "[relay]") {
  for (const bool is_quick : {false, true}) {
    const tests::OtherPace pace(is_quick ? 0 : 1'000'000);
    Numbers numbers(20'000);
    CHECK(numbers.passed == (is_quick ? 1000 : 20'000));
    CHECK(numbers.rest() == expected(20'000));
    CHECK(numbers.passed == 20'000);
  }
}

TEST_CASE("a written line leads back to its row", "[relay]") {
  for (const bool is_quick : {false, true}) {
    INFO(is_quick);
    const tests::OtherPace pace(is_quick ? 0 : 1'000'000);
    for (const auto& [line, row] : {std::pair{1, 1}, {2, 2}, {3, 4}, {667, 1000}, {668, 1001}, {2000, 2999}}) {
      Numbers numbers(3000);
      numbers.rest();
      const auto origin = numbers.relay.origin(line);
      REQUIRE(origin);
      CHECK(origin->row == row);
      CHECK(origin->line == std::to_string(row) + (is_quick && row > 1000 ? "" : "!"));
    }
    Numbers numbers(3000);
    numbers.rest();
    CHECK_FALSE(numbers.relay.origin(2001));
    CHECK(Numbers(0).rest().empty());
    CHECK(Numbers(2).rest() == "1!\n2!\n");
  }
}

TEST_CASE("what the function throws while rows go comes out, and so does the row so far", "[relay]") {
  const tests::OtherPace pace(0);
  int seen = 0;
  RowRelay relay([&](std::string_view line, std::string& out) {
    if (++seen == 1500) throw std::runtime_error("no");
    out += line;
  });
  for (int i = 1; i <= 2000; ++i) relay.take("x\n");
  CHECK_THROWS_WITH(
      [&] {
        while (!relay.next().empty())
          ;
      }(),
      "no");
  CHECK(seen == 1500);
}
