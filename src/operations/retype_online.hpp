// A primary key and what refers to it get another type while others read and write.
#pragma once
#include <string>

#include "operations/key_graph.hpp"
#include "operations/key_operations.hpp"
#include "operations/online_operations.hpp"

namespace operations {

/// Expand and swap. The old and new keys are in <table>_id_map from the first row on: it is what makes the same key of
/// the same key, whichever row is written first.
void retype_key_online(postgres::Session& session, Notes& notes, const std::string& operation, const KeyStart& start,
                       const KeyTarget& target);

}  // namespace operations
