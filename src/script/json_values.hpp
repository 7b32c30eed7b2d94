// JSON as values: integers stay exact, null is db.null.
#pragma once
#include <nlohmann/json.hpp>

#include "base/value.hpp"

namespace script {

/// Throws code::bad_argument for a text that is nested too deeply.
base::Value from_json(const nlohmann::ordered_json& json);

}  // namespace script
