// The revisions of a run as a picture.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace migrate::report {

/// An SVG of the plan: each revision under the ones it revises, with what became of it. Long plans are shortened in
/// the middle.
std::string graph_svg(const nlohmann::ordered_json& document);
/// An SVG bar of the phases' shares, with a legend.
std::string phases_svg(const nlohmann::ordered_json& timings);

}  // namespace migrate::report
