// Random names and values on their way to the server and back. WAXWING_NAMES=1000000 tries a million.
#include <fmt/format.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <random>
#include <set>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "postgres/connection.hpp"
#include "postgres/quote.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

using namespace postgres;

namespace {

/// As many as a row has room for.
constexpr std::size_t most_columns = 200;

/// Letters of every length in UTF-8, and often those that mean something in SQL.
class RandomText {
 public:
  explicit RandomText(std::uint64_t seed) : random_(seed) {}

  std::string text(std::size_t least_bytes, std::size_t most_bytes) {
    const std::size_t wanted = number(least_bytes, most_bytes);
    std::string out;
    while (out.size() < wanted) {
      std::string longer = out;
      base::utf8::append(longer, static_cast<char32_t>(code_point()));
      if (longer.size() > most_bytes) break;
      out = longer;
    }
    return out;
  }
  /// Valid, and no name that a system column has.
  std::string name() {
    static const std::set<std::string> taken = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};
    for (;;)
      if (std::string name = text(1, 63); !name.empty() && !taken.contains(name)) return name;
  }

 private:
  std::size_t number(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }
  std::size_t code_point() {
    static constexpr std::string_view signs = "\"\"''\\\\ .$%:;-/*()[]{}\n\t\x01\x7f?&=AZaz09_";
    switch (number(0, 5)) {
      case 0:
      case 1: return static_cast<unsigned char>(signs[number(0, signs.size() - 1)]);
      case 2: return number(1, 0x7F);
      case 3: return number(0x80, 0x7FF);
      case 4: return number(0, 1) == 0 ? number(0x800, 0xD7FF) : number(0xE000, 0xFFFF);
      default: return number(0x10000, 0x10FFFF);
    }
  }
  std::mt19937_64 random_;
};

/// A table with these columns and one row of these values, in as few messages as there can be.
void check_table(Connection& connection, const std::string& table, const std::vector<std::string>& columns,
                 const std::vector<std::string>& values) {
  std::string definitions, names, marks, literals;
  Parameters parameters;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const char* comma = i == 0 ? "" : ", ";
    const std::string quoted = quote_identifier(columns[i]);
    definitions += comma + quoted + " text";
    names += comma + (i % 2 == 0 ? quoted : format_identifier(columns[i]));
    marks += fmt::format("{}${}", comma, i + 1);
    literals += comma + quote_literal(values[i]);
    parameters.push_back({values[i]});
  }
  const std::string name = "pg_temp." + quote_identifier(table);
  connection.query(fmt::format("CREATE TEMP TABLE {} ({})", quote_identifier(table), definitions));
  connection.query(fmt::format("INSERT INTO {} ({}) VALUES ({})", name, names, marks), parameters);
  const Result read =
      connection.query(fmt::format("INSERT INTO {} VALUES ({}); SELECT {} FROM {}", name, literals, names, name));
  RC_ASSERT(read.rows() == 2u);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    RC_ASSERT(read.column_name(i) == columns[i]);
    RC_ASSERT(read.value(0, i) == values[i]);
    RC_ASSERT(read.value(1, i) == values[i]);
  }
  RC_ASSERT(connection
                .query(fmt::format("SELECT relname FROM pg_class WHERE oid = {}::regclass; DROP TABLE {}",
                                   quote_literal(name), name))
                .command_tag() == "DROP TABLE");
}

}  // namespace

TEST_CASE("random names and values come back unchanged", "[postgres]") {
  const char* wanted = std::getenv("WAXWING_NAMES");
  const std::size_t total = wanted ? std::strtoul(wanted, nullptr, 10) : 5000;
  const auto connection = tests::connect(tests::fresh_database());
  std::size_t tried = 0;
  CHECK(rc::check("as columns, tables, parameters and literals", [&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    RandomText random(seed);
    for (std::size_t left = (total + 999) / 1000; left > 0;) {
      std::set<std::string> unique;
      while (unique.size() < std::min(left, most_columns)) unique.insert(random.name());
      left -= unique.size();
      tried += unique.size();
      std::vector<std::string> values;
      for (std::size_t i = 0; i < unique.size(); ++i) values.push_back(random.text(0, 25));
      check_table(*connection, random.name(), {unique.begin(), unique.end()}, values);
    }
  }));
  if (wanted) WARN(tried << " names and values");
}
