// A value as JSON.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/value.hpp"

namespace base {

/// nil and NULL become null.
nlohmann::ordered_json to_json(const Value& value);

/// Its JSON as text. Throws code::bad_argument for a text that is no UTF-8, which JSON has no way to write.
std::string json_text(const Value& value);

}  // namespace base
