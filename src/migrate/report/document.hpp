// What a report says, as one JSON document; Markdown and HTML are two ways to print it.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "revisions/ledger.hpp"

namespace migrate {

/// Puts the document of a run together from its record alone, so that it is the same a year later. `backup` is the
/// manifest of the backup that the run names, null without one. Shape: docs/reference/json.md.
nlohmann::ordered_json report_document(const revisions::RunRow& run, const std::vector<revisions::EventRow>& events,
                                       const nlohmann::ordered_json& backup);

/// The manifest beside the backup file that a run's record names; null when it names none. A file that is gone is
/// said to be.
nlohmann::ordered_json backup_of(const Project& project, const revisions::RunRow& run);

}  // namespace migrate
