// One visitor.
#include "base/value_json.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"

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

std::string json_text(const Value& value) {
  try {
    return to_json(value).dump();
  } catch (const nlohmann::json::type_error&) {
    throw Error(code::bad_argument, "a value cannot be written as JSON: it has a text that is no UTF-8")
        .advise("convert the text first; bytes travel as hexadecimal or base64 text");
  }
}

}  // namespace base
