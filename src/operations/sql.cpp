// Pieces of SQL that many operations are made of.
#include "operations/sql.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/files.hpp"
#include "operations/parameters.hpp"

namespace operations {

std::string quoted_list(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) result += (result.empty() ? "" : ", ") + quote_identifier(name);
  return result;
}

std::string array_text(const std::vector<std::string>& items) {
  std::vector<std::string> quoted;
  for (const std::string& each : items)
    quoted.push_back("\"" + base::replace_all(base::replace_all(each, "\\", "\\\\"), "\"", "\\\"") + "\"");
  return "{" + base::join(quoted, ",") + "}";
}

std::string role_list(const std::vector<std::string>& roles) {
  static constexpr std::array<std::string_view, 4> words = {"public", "current_user", "session_user", "current_role"};
  std::string result;
  for (const std::string& role : roles) {
    const std::string word = base::lower(role);
    const bool is_word = std::find(words.begin(), words.end(), word) != words.end();
    result += (result.empty() ? "" : ", ") + (is_word ? base::upper(word) : quote_identifier(role));
  }
  return result;
}

std::string deferral(bool deferrable, bool initially_deferred) {
  return when(deferrable || initially_deferred, "DEFERRABLE") + when(initially_deferred, "INITIALLY DEFERRED");
}

std::string storage_parameters(const base::Map& parameters) {
  std::string result;
  for (const auto& [name, value] : parameters) {
    const std::vector<std::string> parts = base::split(name, '.');  // toast.autovacuum_enabled
    if (parts.size() > 2)
      throw base::Error(base::code::bad_argument, fmt::format("the storage parameter \"{}\" has two dots", name))
          .because("PostgreSQL's have one at most: toast.autovacuum_enabled");
    std::string quoted;
    for (const std::string& part : parts) quoted += (quoted.empty() ? "" : ".") + quote_identifier(part);
    result += fmt::format("{}{} = {}", result.empty() ? "" : ", ", quoted, value_literal(value));
  }
  return result.empty() ? result : " WITH (" + result + ")";
}

std::string comment_on(std::string_view object, const std::optional<std::string>& text) {
  return fmt::format("COMMENT ON {} IS {}", object, text ? quote_literal(*text) : "NULL");
}

std::string value_literal(const base::Value& value) {
  if (const bool* yes = value.get_if<bool>()) return *yes ? "true" : "false";
  const std::optional<std::string> text = parameter_of(value).text;
  if (!text) return "NULL";
  const bool number = value.get_if<std::int64_t>() || value.get_if<double>();
  return number ? *text : quote_literal(*text);
}

std::string query_text(std::string_view sql) {
  sql = base::trim(sql);
  while (sql.ends_with(';')) sql = base::trim(sql.substr(0, sql.size() - 1));
  return std::string(sql);
}

std::string routine_name(const std::string& schema, const std::string& name,
                         const std::optional<std::vector<std::string>>& arguments) {
  return quote_qualified(schema, name) + (arguments ? "(" + base::join(*arguments, ", ") + ")" : "");
}

std::string trigger_name(const std::string& name) {
  return name == "all" || name == "user" ? base::upper(name) : quote_identifier(name);
}

std::string shown(std::string_view schema, std::string_view name) {
  return schema.empty() ? fmt::format("\"{}\"", name) : fmt::format("\"{}.{}\"", schema, name);
}

std::string shown_columns(const std::vector<std::string>& columns) { return "(" + base::join(columns, ", ") + ")"; }

std::string index_name(std::string_view table, const std::vector<std::string>& columns) {
  constexpr std::size_t limit = 63, hash_digits = 4;
  std::string name = fmt::format("ix_{}_{}", table, base::join(columns, "_"));
  if (name.size() <= limit) return name;
  const std::string hash = base::sha256_hex(name).substr(0, hash_digits);
  std::size_t end = limit - hash_digits - 1;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;  // not within a character
  return name.substr(0, end) + "_" + hash;
}

}  // namespace operations
