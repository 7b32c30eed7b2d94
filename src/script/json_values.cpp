// nlohmann's values on one side, ours on the other.
#include "script/json_values.hpp"

#include "base/error.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// As deep as a table may be that is made into JSON.
constexpr int deepest_json = 64;

base::Value from_json(const nlohmann::ordered_json& json, int depth) {
  if (depth > deepest_json) throw Error(code::bad_argument, "json.decode: the text is nested too deeply");
  if (json.is_null()) return base::SqlNull{};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    base::List list;
    for (const auto& each : json) list.push_back(from_json(each, depth + 1));
    return list;
  }
  base::Map map;
  for (const auto& [key, each] : json.items()) map.emplace_back(key, from_json(each, depth + 1));
  return map;
}

}  // namespace

base::Value from_json(const nlohmann::ordered_json& json) { return from_json(json, 0); }

}  // namespace script
