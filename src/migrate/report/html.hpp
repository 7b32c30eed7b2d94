// A report as one HTML page.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace migrate {

/// One self-contained page: style and pictures are inside, nothing is loaded. It reads on a phone, on paper and in the
/// dark. Everything that comes from the database or a script is escaped.
std::string report_html(const nlohmann::ordered_json& document);

}  // namespace migrate
