// The keys of a guide and their shapes.
#include "script/guide.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/sql_text.hpp"

namespace script {

namespace {

bool is_text(const base::Value& value) { return value.get_if<std::string>() != nullptr; }

bool is_list_of(const base::Value& value, const std::function<bool(const base::Value&)>& fits) {
  const base::List* list = value.get_if<base::List>();
  if (!list) return value.get_if<base::Map>() && value.get_if<base::Map>()->empty();
  for (const base::Value& each : *list)
    if (!fits(each)) return false;
  return true;
}

bool is_texts(const base::Value& value) { return is_list_of(value, is_text); }

bool has_only(const base::Value& value, const std::vector<std::string>& wanted, const std::vector<std::string>& texts) {
  const base::Map* map = value.get_if<base::Map>();
  if (!map) return false;
  for (const auto& [key, each] : *map) {
    bool is_known = false;
    for (const std::string& name : texts) is_known = is_known || (key == name && is_text(each));
    is_known = is_known || (key == "items" && is_texts(each));
    if (!is_known) return false;
  }
  for (const std::string& name : wanted)
    if (!value.find(name)) return false;
  return true;
}

/// Timed as one EXPLAIN, so no second statement may hide behind it.
bool is_query(const base::Value* value) {
  return value && is_text(*value) && postgres::split_statements(*value->get_if<std::string>()).size() == 1;
}

bool is_benchmark(const base::Value& value) {
  const base::Map* map = value.get_if<base::Map>();
  if (!map) return false;
  for (const auto& [key, each] : *map)
    if (key == "within_ms" ? !each.get_if<std::int64_t>() && !each.get_if<double>()
                           : key != "title" && key != "sql" && key != "before" && key != "after")
      return false;
  const base::Value* sql = value.find("sql");
  if (sql ? value.find("before") || value.find("after") : !value.find("before") || !value.find("after")) return false;
  if (!value.find("title") || !is_text(*value.find("title"))) return false;
  return sql ? is_query(sql) : is_query(value.find("before")) && is_query(value.find("after"));
}

bool is_map_of(const base::Value& value, const std::function<bool(const base::Value&)>& fits) {
  const base::Map* map = value.get_if<base::Map>();
  if (!map) return false;
  for (const auto& [key, each] : *map)
    if (!fits(each)) return false;
  return true;
}

struct GuideKey {
  const char* name;
  const char* shape;
  std::function<bool(const base::Value&)> fits;
};

const std::vector<GuideKey>& guide_keys() {
  static const std::vector<GuideKey> keys = {
      {"before", "a text", is_text},
      {"after", "a text", is_text},
      {"samples", "a table of queries by table: { books = \"select id, title from books\" }",
       [](const base::Value& value) { return is_map_of(value, is_text); }},
      {"success_criteria", "a list of texts, or of { text = ..., sql = \"select true\" }",
       [](const base::Value& value) {
         return is_list_of(value, [](const base::Value& each) {
           return is_text(each) || has_only(each, {"text"}, {"text", "sql"});
         });
       }},
      {"benchmarks",
       "a list of { title = ..., sql = ... } with one query each; before = and after = where the migration makes them "
       "two; within_ms = for a limit",
       [](const base::Value& value) { return is_list_of(value, is_benchmark); }},
      {"next_steps", "a list of texts, or of { title = ..., priority = \"HIGH\", items = { ... } }",
       [](const base::Value& value) {
         return is_list_of(value, [](const base::Value& each) {
           return is_text(each) || has_only(each, {"title"}, {"title", "priority"});
         });
       }},
      {"snippets", "a list of { title = ..., old = ..., new = ... }",
       [](const base::Value& value) {
         return is_list_of(value, [](const base::Value& each) {
           return has_only(each, {"title"}, {"title", "old", "new"}) && !each.find("items");
         });
       }},
      {"files", "lists of paths by what became of them: { created = { ... }, modified = { ... } }",
       [](const base::Value& value) { return is_map_of(value, is_texts); }},
      {"monitoring", "a list of texts", is_texts},
      {"contacts", "a list of texts", is_texts},
      {"conclusion", "a text", is_text},
      {"schema_version", "a text", is_text},
  };
  return keys;
}

}  // namespace

void check_guide(const base::Value& guide, const std::string& path) {
  if (guide.is_nil()) return;
  const base::Map* map = guide.get_if<base::Map>();
  if (!map) throw base::Error(base::code::bad_header, "m.guide must be a table with names").at(path);
  std::vector<std::string> names;
  for (const GuideKey& key : guide_keys()) names.emplace_back(key.name);
  for (const auto& [name, value] : *map) {
    const GuideKey* known = nullptr;
    for (const GuideKey& key : guide_keys())
      if (name == key.name) known = &key;
    if (!known)
      throw base::Error(base::code::bad_header,
                        fmt::format("m.guide has no \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
          .at(path)
          .because("a guide has " + base::join(names, ", "));
    if (!known->fits(value))
      throw base::Error(base::code::bad_header, fmt::format("m.guide.{} must be {}", name, known->shape)).at(path);
  }
}

}  // namespace script
