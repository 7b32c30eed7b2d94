// What a run left behind, asked of the database when it is over: each answer stands beside its query.
#pragma once
#include <nlohmann/json.hpp>

#include "migrate/run_measure.hpp"
#include "schema/difference.hpp"

namespace migrate {

/// NULL counts and values of new columns, tables that must be gone, indexes that must be valid, foreign keys that must
/// be gone, and orphans of every foreign key of the tables that were touched. One round trip; large tables are not
/// looked through. [{"group","title","table","sql","expected"|null,"found"|null,"rows"|null,"state"}] where state is
/// ok, failed, told (nothing was expected) or "not measured".
nlohmann::ordered_json gather_evidence(postgres::Connection& connection, const schema::Difference& difference,
                                       const schema::Snapshot& after, const Measure& measure);

}  // namespace migrate
