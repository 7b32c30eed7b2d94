// A value as JSON.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "base/value.hpp"

namespace base {

/// nil and NULL become null.
nlohmann::ordered_json to_json(const Value& value);

}  // namespace base
