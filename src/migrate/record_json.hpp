// What goes into the ledger as JSON.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace migrate {

/// The text for a jsonb column: without secrets, and without zero bytes, which jsonb has no place for. Bytes that are
/// not UTF-8 are replaced.
std::string record_json(nlohmann::ordered_json json);

}  // namespace migrate
