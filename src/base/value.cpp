// Look-up and naming of values.
#include "base/value.hpp"

namespace base {

const Value* Value::find(std::string_view key) const {
  const Map* map = get_if<Map>();
  if (!map) return nullptr;
  for (const auto& [name, value] : *map)
    if (name == key) return &value;
  return nullptr;
}

std::string Value::text(std::string_view key) const {
  const Value* found = find(key);
  const std::string* text = found ? found->get_if<std::string>() : nullptr;
  return text ? *text : std::string();
}

const List& Value::list(std::string_view key) const {
  static const List none;
  const Value* found = find(key);
  const List* list = found ? found->get_if<List>() : nullptr;
  return list ? *list : none;
}

bool Value::is_true(std::string_view key) const {
  const Value* found = find(key);
  return found && *found == Value(true);
}

std::string_view Value::type_name() const {
  static constexpr std::string_view names[] = {"nil",    "null",   "boolean", "integer",
                                               "number", "string", "list",    "table"};
  return names[variant_.index()];
}

}  // namespace base
