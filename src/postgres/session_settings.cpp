// What pg_dump's scripts set, what a careless SET leaves behind, and what changes who acts or what a name means.
#include "postgres/session_settings.hpp"

#include <fmt/format.h>

#include <array>

#include "postgres/quote.hpp"

namespace postgres {

namespace {

constexpr std::array watched = {"role",
                                "session_authorization",
                                "search_path",
                                "client_encoding",
                                "standard_conforming_strings",
                                "bytea_output",
                                "DateStyle",
                                "IntervalStyle",
                                "TimeZone",
                                "extra_float_digits",
                                "xmloption",
                                "client_min_messages",
                                "check_function_bodies",
                                "row_security",
                                "session_replication_role",
                                "default_transaction_isolation",
                                "default_transaction_read_only",
                                "default_tablespace",
                                "default_table_access_method",
                                "lock_timeout",
                                "statement_timeout",
                                "idle_in_transaction_session_timeout"};

}  // namespace

const std::string& session_settings_sql() {
  static const std::string sql = [] {
    std::string text = "SELECT ";
    for (const char* name : watched) text += fmt::format("pg_catalog.current_setting('{}'), ", name);
    text.resize(text.size() - 2);
    return text;
  }();
  return sql;
}

std::vector<std::string> changed_settings(const Result& before, const Result& after) {
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < watched.size(); ++i)
    if (before.value(0, i) != after.value(0, i))
      changed.push_back(fmt::format("{} (\"{}\" -> \"{}\")", watched[i], before.value(0, i), after.value(0, i)));
  return changed;
}

std::string role_of_session_sql(const Result& settings) {
  static_assert(std::string_view(watched[0]) == "role");
  return "SET LOCAL ROLE " + quote_literal(settings.value(0, 0));
}

}  // namespace postgres
