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

std::string_view Value::type_name() const {
  static constexpr std::string_view names[] = {"nil",    "null",   "boolean", "integer",
                                               "number", "string", "list",    "table"};
  return names[variant_.index()];
}

}  // namespace base
