// The comment lines that make an SQL file a migration.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "revisions/header.hpp"
#include "revisions/warnings.hpp"

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

constexpr const char* example =
    "an SQL migration begins with -- revision: ID and -- revises: PARENT, then has -- waxwing: up and -- waxwing: down";

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::vector<std::string> ids_in(std::string_view value) {
  std::vector<std::string> ids;
  for (const std::string& part : base::split(value, ','))
    if (const std::string_view id = base::trim(part); !id.empty() && id != "base" && id != "none") ids.emplace_back(id);
  return ids;
}

/// Calls `take(line number, offset of the line, offset behind it, trimmed line)` until it returns false.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  int number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    std::size_t end = text.find('\n', at);
    const std::size_t next = end == std::string_view::npos ? text.size() : end + 1;
    if (!take(number, at, next, base::trim(text.substr(at, next - at)))) return;
    at = next;
  }
}

/// The words behind `-- waxwing:`; nothing for another line.
std::optional<std::string_view> directive(std::string_view line) {
  if (!line.starts_with("--")) return std::nullopt;
  line = base::trim(line.substr(2));
  if (!line.starts_with("waxwing:")) return std::nullopt;
  return base::trim(line.substr(8));
}

/// What a header line says, as a Lua header would.
base::Value header_value(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  return std::string(text);
}

}  // namespace

Revision parse_sql_header(std::string_view original, const std::string& path) {
  const std::string_view text = without_mark(original);
  Revision revision;
  revision.path = path;
  revision.format = Format::sql;
  for_each_line(text, [&](int number, std::size_t, std::size_t, std::string_view line) {
    if (line.empty()) return true;
    if (!line.starts_with("--") || directive(line)) return false;
    line = base::trim(line.substr(2));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (key == "revision")
      revision.id = std::string(value);
    else if (key == "revises")
      revision.revises = ids_in(value);
    else if (key == "message")
      revision.message = std::string(value);
    else if (key == "labels")
      revision.labels = ids_in(value);
    else if (key == "depends_on")
      revision.depends_on = ids_in(value);
    else if (key == "transaction") {
      if (value != "none")
        throw Error(code::bad_header, fmt::format("transaction can only be none, got \"{}\"", value))
            .at(fmt::format("{}:{}", path, number));
      revision.transactional = false;
    } else if (!take_flag(revision, key, header_value(value))) {
      // Comments have colons too.
      const bool is_key = key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
      if (is_key) refuse_misspelt_key(key, fmt::format("{}:{}", path, number));
    }
    return true;
  });
  if (revision.id.empty())
    throw Error(code::bad_header, "this SQL file has no -- revision: line").at(path + ":1").advise(example);
  // The sections are read only when the word occurs; the file is read in full when it runs.
  if (const std::size_t at = text.find("irreversible"); at != std::string_view::npos)
    revision.irreversible = parse_sql_sections(original, path).irreversible;
  if (revision.message.empty()) {
    std::string name = path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    name.resize(name.size() - 4);
    if (name.starts_with(revision.id + "_")) name.erase(0, revision.id.size() + 1);
    revision.message = base::replace_all(name, "_", " ");
  }
  return revision;
}

base::Value sql_header_settings(std::string_view text) {
  base::Map settings;
  for_each_line(without_mark(text), [&](int, std::size_t, std::size_t, std::string_view line) {
    if (!line.empty() && (!line.starts_with("--") || directive(line))) return false;
    const std::size_t colon = line.find(':');
    if (line.empty() || colon == std::string_view::npos) return true;
    const std::string_view key = base::trim(line.substr(2, colon - 2)), value = base::trim(line.substr(colon + 1));
    static constexpr std::string_view described[] = {"title",   "story",    "author",   "date",     "description",
                                                     "tickets", "contacts", "breaking", "downtime", "backup_required"};
    if (std::find(std::begin(described), std::end(described), key) != std::end(described))
      settings.emplace_back(std::string(key), header_value(value));
    if (!key.ends_with("_ms")) return true;
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_number = failure == std::errc() && end == value.data() + value.size();
    settings.emplace_back(std::string(key), is_number ? base::Value(number) : base::Value(std::string(value)));
    return true;
  });
  return settings;
}

SqlSections parse_sql_sections(std::string_view text, const std::string& path) {
  SqlSections sections;
  enum class In { header, up, down } in = In::header;
  bool has_up = false;
  std::size_t start = 0;
  const auto close = [&](std::size_t end) {
    if (in == In::up) sections.up = text.substr(start, end - start);
    if (in == In::down) sections.down = text.substr(start, end - start);
  };
  for_each_line(text, [&](int number, std::size_t at, std::size_t next, std::string_view line) {
    if (number == 1) line = without_mark(line);
    const std::optional<std::string_view> words = directive(line);
    if (!words) return true;
    const std::string where = fmt::format("{}:{}", path, number);
    if (*words == "up" || *words == "down") {
      const bool up = *words == "up";
      if (up ? has_up : sections.has_down)
        throw Error(code::bad_header, fmt::format("a second section -- waxwing: {}", *words)).at(where);
      close(at);
      in = up ? In::up : In::down;
      (up ? has_up : sections.has_down) = true;
      (up ? sections.up_line : sections.down_line) = number + 1;
      start = next;
    } else if (words->starts_with("irreversible")) {
      close(at);
      in = In::header;
      const std::string_view reason = base::trim(words->substr(12));
      sections.irreversible = reason.empty() ? "its author marked it irreversible" : std::string(reason);
    } else {
      throw Error(code::bad_header, fmt::format("unknown section \"-- waxwing: {}\"{}", *words,
                                                base::did_you_mean_suffix(*words, {"up", "down", "irreversible"})))
          .at(where)
          .advise("sections are up, down and irreversible <reason>");
    }
    return true;
  });
  close(text.size());
  if (!has_up) throw Error(code::bad_header, "this SQL migration has no -- waxwing: up").at(path).advise(example);
  if (sections.has_down && sections.irreversible)
    throw Error(code::bad_header, "this SQL migration has a down section and is marked irreversible")
        .at(path)
        .advise("remove one of them");
  return sections;
}

}  // namespace revisions
