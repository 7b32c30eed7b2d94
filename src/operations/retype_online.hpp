// Primary keys and what refers to them get another type while others read and write.
#pragma once
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "operations/key_operations.hpp"
#include "operations/online_operations.hpp"

namespace operations {

/// What it is to do, as one change of all these keys. Throws code::online_refused for what cannot be done online.
OnlinePlan plan_keys_online(postgres::Session& session, const std::string& operation,
                            const std::vector<KeyStart>& starts, const KeyTarget& target);
/// Expand and swap. The old and new keys are in <table>_id_map from the first row on: it is what makes the same key of
/// the same key, whichever row is written first.
void retype_keys_online(postgres::Session& session, Notes& notes, const std::string& operation,
                        const std::vector<KeyStart>& starts, const KeyTarget& target);

}  // namespace operations
