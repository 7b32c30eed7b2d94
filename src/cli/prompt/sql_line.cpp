// By the first word: no statement of Lua begins with one of these and a blank.
#include "cli/prompt/sql_line.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/sql_text.hpp"

namespace cli {

namespace {

constexpr const char* words[] = {
    "select", "with",    "insert",     "update",   "delete", "merge",  "values",  "table",   "explain", "show",
    "create", "alter",   "drop",       "truncate", "grant",  "revoke", "comment", "analyze", "vacuum",  "reindex",
    "begin",  "commit",  "rollback",   "start",    "set",    "reset",  "call",    "refresh", "cluster", "lock",
    "copy",   "declare", "checkpoint", "notify",   "listen", "fetch",  "close",   "do",      "abort",   "savepoint"};

}  // namespace

std::string sql_word(const std::string& text) {
  const std::string_view trimmed = base::trim(text);
  std::size_t end = 0;
  while (end < trimmed.size() && std::isalpha(static_cast<unsigned char>(trimmed[end]))) ++end;
  const std::string word = base::lower(trimmed.substr(0, end));
  if (std::find(std::begin(words), std::end(words), word) == std::end(words)) return {};
  const std::string_view rest = base::trim(trimmed.substr(end));
  // `do` begins a block of Lua; a DO of SQL has its body in quotes.
  if (word == "do" && !rest.starts_with('$') && !rest.starts_with('\'')) return {};
  if (end < trimmed.size() && (trimmed[end] == '(' || trimmed[end] == '.' || trimmed[end] == '_')) return {};
  if (rest.starts_with('=')) return {};
  return word;
}

std::string transaction_word(const std::string& text) {
  std::string statement = base::lower(base::trim(text));
  while (statement.ends_with(';') || statement.ends_with(' ')) statement.pop_back();
  for (const char* tail : {" transaction", " work"})
    if (statement.ends_with(tail)) statement.erase(statement.size() - std::string(tail).size());
  if (statement == "begin" || statement == "start") return "begin";
  if (statement == "commit" || statement == "end") return "commit";
  if (statement == "rollback" || statement == "abort") return "rollback";
  return {};
}

bool is_finished_sql(const std::string& text) {
  try {
    // What would come next is a statement of its own then.
    return postgres::split_statements(text + "\nselect").size() > postgres::split_statements(text).size();
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace cli
