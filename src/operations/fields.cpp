// Reading a table by its field list, and the words for what is wrong with it.
#include "operations/fields.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/whole_number.hpp"

namespace operations {

Place Place::key(std::string_view name) const {
  return {operation, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name)};
}

Place Place::entry(std::size_t index) const { return {operation, fmt::format("{}[{}]", path, index)}; }

void Place::fail(std::string_view problem) const {
  const std::string where = path.empty() ? operation : operation + ": " + path;
  const std::size_t dot = operation.find('.');
  const std::string topic = dot == std::string::npos ? operation : "op " + operation.substr(dot + 1);
  throw base::Error(base::code::bad_argument, fmt::format("{}: {}", where, problem))
      .advise(fmt::format("`waxwing help {}` shows the keys", topic));
}

void Place::expected(std::string_view wanted, const base::Value& got) const {
  fail(fmt::format("expected {}, got {}", wanted, got.type_name()));
}

namespace {

const std::string& sql_text(const std::string& text, const Place& place) {
  if (text.find('\0') != std::string::npos) place.fail("a text with a zero byte cannot be written in SQL");
  if (!base::is_valid_utf8(text)) place.fail("a text that is not valid UTF-8 cannot be written in SQL");
  return text;
}

}  // namespace

std::string FieldType<std::string>::read(const base::Value& value, const Place& place) {
  const auto* text = value.get_if<std::string>();
  if (!text) place.expected("string", value);
  return sql_text(*text, place);
}

bool FieldType<bool>::read(const base::Value& value, const Place& place) {
  const bool* yes = value.get_if<bool>();
  if (!yes) place.expected("boolean", value);
  return *yes;
}

std::int64_t FieldType<std::int64_t>::read(const base::Value& value, const Place& place) {
  if (const auto* number = value.get_if<std::int64_t>()) return *number;
  if (const double* number = value.get_if<double>())
    if (const auto whole = base::whole_number(*number)) return *whole;
  place.expected("integer", value);
}

Expression FieldType<Expression>::read(const base::Value& value, const Place& place) {
  if (const auto* text = value.get_if<std::string>()) {
    if (base::trim(*text).empty()) place.fail("an SQL expression cannot be empty; write \"''\" for an empty text");
    return {sql_text(*text, place)};
  }
  if (const bool* yes = value.get_if<bool>()) return {*yes ? "true" : "false"};
  if (const auto* number = value.get_if<std::int64_t>()) return {std::to_string(*number)};
  if (const double* number = value.get_if<double>()) {
    if (!std::isfinite(*number)) place.fail("expected a finite number");
    return {fmt::format("{}", *number)};
  }
  if (value.is_sql_null()) return {"NULL"};
  place.expected("an SQL expression (string, number or boolean)", value);
}

base::Map FieldType<base::Map>::read(const base::Value& value, const Place& place) {
  if (const auto* map = value.get_if<base::Map>()) return *map;
  const auto* list = value.get_if<base::List>();
  if (!list || !list->empty()) place.expected("table with named keys", value);
  return {};
}

std::vector<std::string> read_names(const base::List& list, const Place& place) {
  return FieldType<std::vector<std::string>>::read(list, place);
}

namespace {

bool is_position(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> names_of(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.info.name);
  return names;
}

[[noreturn]] void fail_unknown(std::string_view key, const base::Value& value, const std::vector<std::string>& names,
                               const Place& place) {
  const std::string keys = "keys are " + base::join(names, ", ");
  if (is_position(key)) {
    const auto* text = value.get_if<std::string>();
    place.fail(fmt::format("entry {}{} has no key; write {} = ...; {}", key, text ? " (\"" + *text + "\")" : "",
                           names.front(), keys));
  }
  if (base::lower(key) == "nullable" && std::count(names.begin(), names.end(), "not_null"))
    place.fail(fmt::format("unknown key \"{}\"; write not_null = true or not_null = false; {}", key, keys));
  std::string suggestion = base::did_you_mean_suffix(key, names);
  if (suggestion.empty()) suggestion = ";";
  place.fail(fmt::format("unknown key \"{}\"{} {}", key, suggestion, keys));
}

std::string checked_word(const base::Value& value, const std::vector<std::string>& choices, const Place& place) {
  const std::string text = FieldType<std::string>::read(value, place);
  const std::string word = base::replace_all(base::lower(base::trim(text)), "_", " ");
  for (const std::string& choice : choices)
    if (base::replace_all(choice, "_", " ") == word) return choice;
  std::string suggestion = base::did_you_mean_suffix(base::lower(text), choices);
  if (suggestion.empty()) suggestion = ";";
  place.fail(fmt::format("\"{}\" is not known here{} it is one of {}", text, suggestion, base::join(choices, ", ")));
}

base::Value checked_words(const base::Value& value, const std::vector<std::string>& choices, const Place& place) {
  const auto* list = value.get_if<base::List>();
  if (!list) return checked_word(value, choices, place);
  base::List words;
  for (std::size_t i = 0; i < list->size(); ++i) words.push_back(checked_word((*list)[i], choices, place.entry(i + 1)));
  return words;
}

}  // namespace

void FieldList::read(void* object, const base::Value& table, const Place& place) const {
  static const base::Map nothing;
  const base::Map* map = table.get_if<base::Map>();
  if (const auto* list = table.get_if<base::List>()) {
    if (!list->empty()) fail_unknown("1", list->front(), names_of(fields_), place);
    map = &nothing;  // `{}` is an empty list as much as an empty table
  }
  if (!map)
    place.fail(fmt::format("expected a table with named keys, such as {{ {} = ... }}, got {}",
                           fields_.front().info.name, table.type_name()));
  for (const auto& [key, value] : *map)
    if (std::none_of(fields_.begin(), fields_.end(), [&key = key](const Field& f) { return f.info.name == key; }))
      fail_unknown(key, value, names_of(fields_), place);
  for (const Field& field : fields_) {
    const base::Value* value = table.find(field.info.name);
    if (!value || value->is_nil()) {
      if (field.info.required) place.fail(fmt::format("missing key \"{}\"", field.info.name));
      continue;
    }
    const Place here = place.key(field.info.name);
    const bool words =
        value->get_if<std::string>() || (value->get_if<base::List>() && field.info.lua_type.ends_with("[]"));
    if (field.choices.empty() || !words)
      field.read(object, *value, here);
    else
      field.read(object, checked_words(*value, field.choices, here), here);
  }
}

base::Map FieldList::write(const void* object, const void* defaults) const {
  base::Map map;
  for (const Field& field : fields_) {
    base::Value value = field.write(object);
    if (value.is_nil() && field.info.required && field.info.lua_type.ends_with("[]")) value = base::List();
    if (value.is_nil() || (!field.info.required && value == field.write(defaults))) continue;
    map.emplace_back(field.info.name, std::move(value));
  }
  return map;
}

std::vector<FieldInfo> FieldList::infos() const {
  std::vector<FieldInfo> result;
  for (const Field& field : fields_) result.push_back(field.info);
  return result;
}

std::string union_of(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "\"" : "|\"") + word + "\"";
  return result;
}

}  // namespace operations
