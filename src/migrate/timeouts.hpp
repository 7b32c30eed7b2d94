// How long the statements of a step may wait and run.
#pragma once
#include <string>

#include "migrate/project.hpp"
#include "script/migration.hpp"

namespace migrate {

/// All in milliseconds. Definitions wait for locks that hold up everyone else, so they wait shortly and try again; rows
/// are waited for longer.
struct Timeouts {
  long long lock = 100, statement = 0;
  long long row_lock = 5000, row_statement = 0;
  /// How long a step is tried again after a lock timeout or a deadlock.
  long long retry_deadline = 60000;

  /// `SET LOCAL lock_timeout = ...; SET LOCAL statement_timeout = ...`, for definitions or for rows.
  std::string set_local_sql(bool for_rows) const;
};

/// The project's settings, overridden by the migration's header. Throws code::bad_header or code::bad_config for what
/// is no number, and for a lock_timeout of 0, which would wait for ever with all other locks held.
Timeouts timeouts_of(const Project& project, const script::Migration& migration);

}  // namespace migrate
