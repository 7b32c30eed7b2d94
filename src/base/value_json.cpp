// One visitor.
#include "base/value_json.hpp"

#include <nlohmann/json.hpp>

namespace base {

nlohmann::ordered_json to_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> nlohmann::ordered_json {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, SqlNull>) {
          return nullptr;
        } else if constexpr (std::is_same_v<T, List>) {
          nlohmann::ordered_json list = nlohmann::ordered_json::array();
          for (const Value& each : held) list.push_back(to_json(each));
          return list;
        } else if constexpr (std::is_same_v<T, Map>) {
          nlohmann::ordered_json object = nlohmann::ordered_json::object();
          for (const auto& [key, each] : held) object[key] = to_json(each);
          return object;
        } else {
          return held;
        }
      },
      value.variant());
}

}  // namespace base
