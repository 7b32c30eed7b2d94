// A report as Markdown.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace migrate {

/// The report of `document` (report_document) for a ticket or a wiki.
std::string report_markdown(const nlohmann::ordered_json& document);

}  // namespace migrate
