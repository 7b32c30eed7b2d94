// What the author of a migration wants said before it runs: irreversible, breaking, downtime, backup_required.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "revisions/revision.hpp"

namespace revisions {

/// Takes `breaking`, `downtime` or `backup_required` of a header: true, false, or a text that says more. False when
/// `key` is none of them. Throws code::bad_header.
bool take_flag(Revision& revision, std::string_view key, const base::Value& value);

/// "IRREVERSIBLE: the rows are gone", "BREAKING: ...", "DOWNTIME: ...", "BACKUP REQUIRED: ..."; empty without flags.
std::vector<std::string> critical_warnings(const Revision& revision);

}  // namespace revisions
