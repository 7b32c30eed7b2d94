// Looks at the word before the cursor, and for SQL at the tables that the line names.
#include "cli/prompt/completion.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.hpp"
#include "cli/prompt/sql_line.hpp"

namespace cli {

namespace {

bool is_part_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (is_part_of_word(c))
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  return words;
}

constexpr const char* sql_words[] = {"select",      "from", "where",  "insert into", "update",
                                     "delete from", "set",  "values", "group by",    "order by",
                                     "limit",       "join", "having", "returning"};

}  // namespace

const std::vector<std::string>& prompt_commands() {
  static const std::vector<std::string> names = {"\\d", "\\dt", "\\x", "\\sql", "\\timing", "\\q", "\\?"};
  return names;
}

TableNames read_table_names(postgres::Session& session) {
  const postgres::Result rows = session.query(
      "SELECT c.oid::pg_catalog.regclass::text, a.attname::text FROM pg_catalog.pg_class c JOIN "
      "pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
      "AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname "
      "OPERATOR(pg_catalog.<>) 'information_schema'::name AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_') "
      "ORDER BY 1, a.attnum LIMIT 50000");
  TableNames names;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::vector<std::string>& columns = names[rows.text(i, 0)];
    if (!rows.is_null(i, 1)) columns.push_back(rows.text(i, 1));
  }
  return names;
}

Completions complete(const std::string& before, const TableNames& tables,
                     const std::function<std::vector<std::string>(const std::string&)>& lua_names) {
  std::size_t start = before.size();
  while (start > 0 && is_part_of_word(before[start - 1])) --start;
  if (start > 0 && before[start - 1] == '\\') --start;
  const std::string word = before.substr(start);
  std::set<std::string> found;
  const auto offer = [&](const std::string& candidate) {
    if (candidate.starts_with(word) && candidate.size() > word.size()) found.insert(candidate);
  };
  const std::string_view line = base::trim(before);
  if (word.starts_with('\\')) {
    for (const std::string& each : prompt_commands()) offer(each);
  } else if (line.starts_with("\\d")) {
    for (const auto& [table, columns] : tables) offer(table);
  } else {
    const bool is_sql = !sql_word(before).empty() || line.starts_with("\\sql");
    const std::size_t dot = word.rfind('.');
    if (dot != std::string::npos) {
      const std::string owner = word.substr(0, dot);
      if (const auto table = tables.find(owner); table != tables.end())
        for (const std::string& column : table->second) offer(owner + "." + column);
      if (!is_sql)
        for (const std::string& name : lua_names(owner)) offer(owner + "." + name);
    }
    for (const auto& [table, columns] : tables) offer(table);
    const std::vector<std::string> words = words_of(before);
    for (const auto& [table, columns] : tables)
      if (std::find(words.begin(), words.end(), table) != words.end() ||
          (is_sql && tables.size() < 50 && !word.empty()))
        for (const std::string& column : columns) offer(column);
    if (is_sql)
      for (const char* each : sql_words) offer(each);
    else if (dot == std::string::npos)
      for (const std::string& name : lua_names("")) offer(name);
  }
  return {word.size(), {found.begin(), found.end()}};
}

}  // namespace cli
