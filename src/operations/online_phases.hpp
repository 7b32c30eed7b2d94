// The ways of an online change: expand and swap, then contract or abort. Every step is a statement of the journal, so
// that a run that was killed goes on from there. Each of them needs a session that can leave its transaction.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "operations/online_change.hpp"
#include "operations/operation.hpp"

namespace operations {

/// `work` in one transaction, also where each statement commits by itself. What it throws ends the transaction of the
/// step, so that nothing of a change that is refused is kept.
void in_one_transaction(postgres::Session& session, const std::function<void()>& work);

/// What is to be done, and the statements that make what its expressions need.
struct OnlinePlan {
  OnlineChange change;
  std::vector<std::string> helpers;
};

/// Makes twins, fills them, makes what stands on the columns stand on them, and lets both change places under one short
/// lock. `plan` reads and refuses, in the same transaction as all other refusals.
void expand_online(postgres::Session& session, Notes& notes, const std::string& operation,
                   const std::function<OnlinePlan()>& plan);
/// The change that is under way. Throws code::no_online_change.
OnlineChange online_change_of(postgres::Session& session, const std::string& operation, const std::string& schema,
                              const std::string& table, const std::string& column);
/// Drops the columns that applications no longer use, and what kept them in step.
void contract_online(postgres::Session& session, Notes& notes, const OnlineChange& change);
/// Back to the columns of before, whose values include all that was written since.
void abort_online(postgres::Session& session, Notes& notes, OnlineChange change);

}  // namespace operations
