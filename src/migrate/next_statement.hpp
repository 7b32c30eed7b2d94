// Where a half-done migration goes on.
#pragma once
#include <optional>
#include <string>

#include "migrate/half_done.hpp"
#include "migrate/project.hpp"

namespace migrate {

struct NextStatement {
  std::string sql;
  /// "migrations/x.lua:14 in upgrade"
  std::string place;
  /// Why it cannot be told, or what there is in place of a statement; `sql` is then empty.
  std::string remark;
};

/// The statement behind those in the journal, found by running the script over what they answered. Nothing is sent.
NextStatement next_statement(const Project& project, const revisions::Revision& revision, const HalfDone& migration);

}  // namespace migrate
