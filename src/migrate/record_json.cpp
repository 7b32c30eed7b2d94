// Secrets are looked for in each value, before JSON escapes it.
#include "migrate/record_json.hpp"

#include <nlohmann/json.hpp>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace migrate {

using nlohmann::ordered_json;

namespace {

/// Keys are ours, or names of columns.
void redact_values(ordered_json& json) {
  // A zero byte can only be in a value that a script made. In JSON's own escapes it would be hard to tell from text.
  if (json.is_string())
    json = base::replace_all(base::redact(json.get_ref<const std::string&>()), std::string_view("\0", 1), " ");
  if (json.is_structured())
    for (ordered_json& each : json) redact_values(each);
}

}  // namespace

std::string record_json(ordered_json json) {
  redact_values(json);
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace migrate
