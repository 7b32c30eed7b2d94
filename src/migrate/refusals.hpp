// What is refused before the database is touched.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "revisions/ledger.hpp"
#include "revisions/target.hpp"

namespace migrate {

/// Refuses a plan that cannot work before the database is touched: irreversible steps, downgrades that are missing,
/// edited files.
/// `way_back` is what to do about an irreversible one.
void refuse_impossible(Project& project, const std::vector<revisions::Step>& steps,
                       const std::function<std::string(const revisions::Revision&)>& way_back = {});
/// Throws code::file_edited when an applied file no longer has the text that was applied; the message names the files.
void refuse_edited(Project& project, const std::vector<revisions::LedgerRow>& rows);

}  // namespace migrate
