// The part of an HTML report that tells what is different after the run.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace migrate::report {

/// Its tables and other objects; empty when nothing changed.
std::string changes_html(const nlohmann::ordered_json& document);

}  // namespace migrate::report
