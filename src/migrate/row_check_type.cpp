// Ranges of integers, digits of numeric, lengths of texts; for texts the server's own input check where it has one.
#include "migrate/row_check_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace migrate {

namespace {

using Words = std::vector<std::string>;

bool is_among(const std::string& word, const Words& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const Words texts = {"text", "character varying", "character"};
const Words numbers = {"smallint", "integer", "bigint", "numeric", "real", "double precision"};

struct Range {
  const char *low, *high;
};
const std::map<std::string, Range> ranges = {{"smallint", {"-32768", "32767"}},
                                             {"integer", {"-2147483648", "2147483647"}},
                                             {"bigint", {"-9223372036854775808", "9223372036854775807"}}};

/// What a server before 16 accepts as text, near enough to be right for well-formed data.
const std::map<std::string, const char*> patterns = {
    {"uuid", R"(^\s*\{?[0-9a-fA-F]{4}(-?[0-9a-fA-F]{4}){7}\}?\s*$)"},
    {"numeric", R"(^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$)"},
    {"boolean",
     R"(^\s*([tTyYnNfF01]|[tT][rR][uU]?[eE]?|[fF][aA][lL]?[sS]?[eE]?|[yY][eE][sS]?|[nN][oO]|[oO][nN]|[oO][fF][fF]?)\s*$)"},
    {"date", R"(^\s*\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\s*$)"},
};

/// The numbers in the brackets of `numeric(10, 2)`.
std::vector<int> modifiers(const std::string& type) {
  std::vector<int> found;
  const std::size_t open = type.find('('), close = type.find(')');
  if (open == std::string::npos || close == std::string::npos) return found;
  for (const std::string& each : base::split(type.substr(open + 1, close - open - 1), ','))
    found.push_back(std::atoi(std::string(base::trim(each)).c_str()));
  return found;
}

std::string text_to_number(const std::string& column, const Range& range) {
  // CASE is evaluated in order, so that only digits are cast.
  return fmt::format(
      "CASE WHEN {0}::text ~ '^\\s*[+-]?\\d+\\s*$' THEN {0}::text::numeric NOT BETWEEN '{1}'::numeric AND "
      "'{2}'::numeric ELSE {0} IS NOT NULL END",
      column, range.low, range.high);
}

}  // namespace

std::string does_not_fit_sql(postgres::Session& session, const postgres::RowDemand& demand) {
  const postgres::Result found = session.query(
      "SELECT pg_catalog.format_type(a.atttypid, NULL::integer), "
      "pg_catalog.format_type(pg_catalog.to_regtype($3)::pg_catalog.oid, NULL::integer) FROM pg_catalog.pg_attribute a "
      "WHERE a.attrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND a.attname::text = $2",
      {{postgres::quote_qualified(demand.table.schema, demand.table.name)},
       {demand.columns.front()},
       {demand.expression}});
  if (found.empty() || found.is_null(0, 1)) return {};
  const std::string from = found.text(0, 0), to = found.text(0, 1);
  const std::string column = postgres::format_identifier(demand.columns.front());
  const std::vector<int> size = modifiers(demand.expression);
  if (const auto range = ranges.find(to); range != ranges.end()) {
    if (is_among(from, numbers))
      return fmt::format("pg_catalog.round({}::numeric) NOT BETWEEN '{}'::numeric AND '{}'::numeric", column,
                         range->second.low, range->second.high);
    return is_among(from, texts) && demand.casts ? text_to_number(column, range->second) : std::string();
  }
  if (to == "numeric" && !size.empty() && is_among(from, numbers)) {
    const int scale = size.size() > 1 ? size[1] : 0;
    return fmt::format("pg_catalog.abs(pg_catalog.round({}::numeric, {})) >= '1e{}'::numeric", column, scale,
                       size[0] - scale);
  }
  // A cast cuts what is too long, an assignment refuses it unless blanks alone are cut.
  if ((to == "character varying" || to == "character") && !size.empty() && is_among(from, texts) && !demand.casts)
    return fmt::format("pg_catalog.length(pg_catalog.rtrim({}::text, ' ')) > {}", column, size[0]);
  if (!is_among(from, texts) || !demand.casts || is_among(to, texts)) return {};
  if (session.server_version() >= 160000)
    return fmt::format("NOT pg_catalog.pg_input_is_valid({}::text, {})", column,
                       postgres::quote_literal(demand.expression));
  const auto pattern = patterns.find(to);
  return pattern == patterns.end() ? std::string() : fmt::format("{}::text !~ '{}'", column, pattern->second);
}

}  // namespace migrate
