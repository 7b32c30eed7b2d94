// Opening, and opening again.
#include "migrate/locked_database.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

namespace {

bool is_one_of(const Error& error, std::initializer_list<const base::ErrorCode*> codes) {
  return std::find(codes.begin(), codes.end(), &error.code()) != codes.end();
}

/// Of the cluster, the same on its standbys; empty where the role may not ask.
std::string server_identity(postgres::Connection& connection) {
  try {
    return connection.query("SELECT system_identifier FROM pg_catalog.pg_control_system()").text(0, 0);
  } catch (const postgres::SqlError&) {
    return {};
  }
}

}  // namespace

LockedDatabase::LockedDatabase(Project& project, base::Console& console, bool create_ledger)
    : project_(&project),
      console_(&console),
      create_ledger_(create_ledger),
      ledger_(project.config().text("ledger_schema")),
      journal_(ledger_.schema()) {
  try {
    open();
  } catch (const Error& error) {
    if (!is_one_of(error, {&code::connection_lost})) throw;
    reconnect();
  }
}

void LockedDatabase::open() {
  connection_ = project_->connect();
  const auto wait = std::chrono::seconds(project_->config().integer("lock_wait_s"));
  lock_ = std::make_unique<postgres::MigratorLock>(postgres::MigratorLock::take(
      *connection_, ledger_.schema(), wait,
      [this](const std::string& holder) { console_->info("migrate", "waiting for another migrator: " + holder); }));
  if (create_ledger_) ledger_.create(*connection_);
  rows_ = ledger_.read(*connection_);
  read_journal();
  const std::string identity = server_identity(*connection_);
  if (!server_identity_.empty() && !identity.empty() && identity != server_identity_)
    throw Error(code::outcome_unknown, "another server answers at this address now")
        .because(fmt::format("the run began on the cluster {}, this one is {}", server_identity_, identity))
        .advise("find out which server is the right one, then run the same command again")
        .state("unknown until the first server can be asked");
  server_identity_ = identity;
}

void LockedDatabase::reconnect() {
  const double deadline_ms = 1000.0 * static_cast<double>(project_->config().integer("reconnect_s"));
  const base::Stopwatch waited;
  console_->warn("migrate", "the connection was lost; connecting again");
  for (;;) {
    lock_.reset();
    connection_.reset();
    try {
      open();
      console_->info("migrate", "connected again, going on with the same run");
      return;
    } catch (const Error& error) {
      base::throw_if_interrupted();
      if (!is_one_of(error, {&code::connection_lost, &code::cannot_connect}) || waited.milliseconds() >= deadline_ms)
        throw;
      base::clock().sleep(std::chrono::milliseconds(100));
    }
  }
}

}  // namespace migrate
