// Values as JSON and back: integers stay exact, null is db.null.
#pragma once
#include <nlohmann/json.hpp>

#include "base/value.hpp"

namespace script {

nlohmann::ordered_json to_json(const base::Value& value);
/// Throws code::bad_argument for a text that is nested too deeply.
base::Value from_json(const nlohmann::ordered_json& json);

}  // namespace script
