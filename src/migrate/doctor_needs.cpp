// Migrations are read as text, not run: what a script decides while it runs is not seen.
#include "migrate/doctor_needs.hpp"

#include <algorithm>
#include <string_view>

#include "base/files.hpp"
#include "base/text.hpp"
#include "postgres/sql_scanner.hpp"
#include "script/plugin.hpp"

namespace migrate {

namespace {

std::size_t after_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

/// The text between the quotes at `at`; empty when there are none.
std::string between_quotes(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return {};
  const std::size_t end = text.find(text[at], at + 1);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(at + 1, end - at - 1));
}

/// `op.create_extension { ... name = "vector" ... }`
std::vector<std::string> extensions_in_lua(const std::string& text) {
  constexpr std::string_view call = "op.create_extension", key = "name";
  std::vector<std::string> names;
  for (std::size_t at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
    const std::string_view body = std::string_view(text).substr(at, text.find('}', at) - at);
    for (std::size_t k = body.find(key, call.size()); k != std::string_view::npos; k = body.find(key, k + 1)) {
      const std::size_t equals = after_blanks(body, k + key.size());
      if (equals >= body.size() || body[equals] != '=') continue;
      if (const std::string name = between_quotes(body, after_blanks(body, equals + 1)); !name.empty())
        names.push_back(name);
    }
  }
  return names;
}

/// `CREATE EXTENSION IF NOT EXISTS "uuid-ossp"`
std::vector<std::string> extensions_in_sql(const std::string& text) {
  const std::string lower = base::lower(text);
  std::vector<std::string> names;
  for (std::size_t at = lower.find("create"); at != std::string::npos; at = lower.find("create", at + 1)) {
    std::size_t next = at + std::string_view("create").size();
    const auto skip = [&](std::string_view word) {
      const std::size_t begin = after_blanks(lower, next);
      if (begin == next || lower.compare(begin, word.size(), word) != 0) return false;
      next = begin + word.size();
      return true;
    };
    if (!skip("extension")) continue;
    if (skip("if") && skip("not")) skip("exists");
    const std::size_t begin = after_blanks(lower, next);
    std::size_t end = begin;
    while (end < lower.size() && postgres::is_word_part(lower[end])) ++end;
    const std::string name = end > begin ? lower.substr(begin, end - begin) : between_quotes(text, begin);
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

/// The line, counted from 1, where Lua calls something of the table `name`; 0 when it does not.
int line_that_uses(const std::string& text, const std::string& name) {
  int number = 0;
  for (const std::string& whole : base::split(text, '\n')) {
    ++number;
    const std::string_view line = std::string_view(whole).substr(0, whole.find("--"));
    for (std::size_t at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const bool begins = at == 0 || (!postgres::is_word_part(line[at - 1]) &&
                                      std::string_view(".:\"'/").find(line[at - 1]) == std::string_view::npos);
      if (begins && end + 1 < line.size() && line[end] == '.' && postgres::is_word_part(line[end + 1])) return number;
    }
  }
  return 0;
}

}  // namespace

std::vector<std::string> needed_extensions(Project& project) {
  std::vector<std::string> names;
  for (const revisions::Revision* revision : project.graph().order()) {
    const std::string text = base::read_file(project.absolute(revision->path));
    std::vector<std::string> found = extensions_in_lua(text);
    for (const std::string& name : extensions_in_sql(text)) found.push_back(name);
    for (const std::string& name : found)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::vector<NeededCapability> needed_capabilities(Project& project) {
  std::vector<NeededCapability> needed;
  for (const revisions::Revision* revision : project.graph().order()) {
    if (!revision->path.ends_with(".lua")) continue;
    const std::string text = base::read_file(project.absolute(revision->path));
    for (const std::string& name : script::capabilities()) {
      const auto is_known = [&](const NeededCapability& each) { return each.name == name; };
      if (std::any_of(needed.begin(), needed.end(), is_known)) continue;
      if (const int line = line_that_uses(text, name)) needed.push_back({name, revision->path, line});
    }
  }
  return needed;
}

}  // namespace migrate
