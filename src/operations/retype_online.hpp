// A primary key and what refers to it get another type while others read and write.
#pragma once
#include <string>

#include "operations/key_graph.hpp"
#include "operations/key_operations.hpp"
#include "operations/online_operations.hpp"

namespace operations {

/// What it is to do. Throws code::online_refused for what cannot be done online.
OnlinePlan plan_key_online(postgres::Session& session, const std::string& operation, const KeyStart& start,
                           const KeyTarget& target);
/// Expand and swap. The old and new keys are in <table>_id_map from the first row on: it is what makes the same key of
/// the same key, whichever row is written first.
void retype_key_online(postgres::Session& session, Notes& notes, const std::string& operation, const KeyStart& start,
                       const KeyTarget& target);

}  // namespace operations
