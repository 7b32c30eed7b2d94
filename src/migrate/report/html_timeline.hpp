// The part of an HTML report that tells what was sent.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace migrate::report {

/// Its statements in order; empty when there are none.
std::string timeline_html(const nlohmann::ordered_json& document);

}  // namespace migrate::report
