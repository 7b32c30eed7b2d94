// Keys, types and what is wrong with them.
#include "script/call_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/whole_number.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

CallArguments::CallArguments(std::string function, base::Value table, const std::vector<std::string>& known)
    : function_(std::move(function)), table_(std::move(table)) {
  if (const base::List* list = table_.get_if<base::List>())
    for (const base::Value& each : *list) {
      const std::string* text = each.get_if<std::string>();
      if (!text) wrong_type("entry", "string", each);
      entries_.push_back(*text);
    }
  const base::Map* map = table_.get_if<base::Map>();
  if (!map) return;
  for (const auto& [key, value] : *map)
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw Error(code::bad_argument,
                  fmt::format("{}: unknown key \"{}\"{}", function_, key, base::did_you_mean_suffix(key, known)))
          .because("keys are " + base::join(known, ", "));
}

void CallArguments::wrong_type(const std::string& key, const char* expected, const base::Value& got) const {
  throw Error(code::bad_argument,
              fmt::format("{}: {} must be a {}, got {}", function_, key, expected, got.type_name()));
}

const base::Value* CallArguments::find(const char* key) const { return table_.find(key); }

std::optional<std::string> CallArguments::text(const char* key) const {
  const base::Value* value = find(key);
  if (!value || value->is_nil()) return std::nullopt;
  if (const std::string* text = value->get_if<std::string>()) return *text;
  wrong_type(key, "string", *value);
}

std::optional<double> CallArguments::number(const char* key) const {
  const base::Value* value = find(key);
  if (!value || value->is_nil()) return std::nullopt;
  if (const double* number = value->get_if<double>()) return *number;
  if (const std::int64_t* number = value->get_if<std::int64_t>()) return static_cast<double>(*number);
  wrong_type(key, "number", *value);
}

std::optional<std::int64_t> CallArguments::whole_number(const char* key) const {
  const std::optional<double> number = this->number(key);
  if (!number) return std::nullopt;
  if (const auto whole = base::whole_number(*number)) return whole;
  throw Error(code::bad_argument, fmt::format("{}: {} must be a whole number, got {}", function_, key, *number));
}

bool CallArguments::flag(const char* key) const {
  const base::Value* value = find(key);
  if (!value || value->is_nil()) return false;
  if (const bool* flag = value->get_if<bool>()) return *flag;
  wrong_type(key, "boolean", *value);
}

std::vector<std::pair<std::string, std::string>> CallArguments::texts(const char* key) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  const base::Value* value = find(key);
  if (!value || value->is_nil()) return pairs;
  const base::Map* map = value->get_if<base::Map>();
  const base::List* list = value->get_if<base::List>();
  if (!map && !(list && list->empty())) wrong_type(key, "table", *value);
  for (const auto& [name, each] : map ? *map : base::Map{}) {
    if (const std::string* text = each.get_if<std::string>())
      pairs.emplace_back(name, *text);
    else if (const std::int64_t* number = each.get_if<std::int64_t>())
      pairs.emplace_back(name, std::to_string(*number));
    else
      wrong_type(fmt::format("{}.{}", key, name), "string", each);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace script
