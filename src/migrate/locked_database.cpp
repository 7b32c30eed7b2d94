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

/// May it pass when the server answers again?
bool is_about_connection(const Error& error) {
  return error.code() == code::connection_lost || error.code() == code::cannot_connect;
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
    if (error.code() != code::connection_lost) throw;
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

double LockedDatabase::reconnect_deadline_ms() const {
  return 1000.0 * static_cast<double>(project_->config().integer("reconnect_s"));
}

void LockedDatabase::reconnect() {
  const double deadline_ms = reconnect_deadline_ms();
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
      if (!is_about_connection(error) || waited.milliseconds() >= deadline_ms) throw;
      base::clock().sleep(std::chrono::milliseconds(100));
    }
  }
}

void LockedDatabase::reconnect_or_give_up(const std::string& what, const std::string& state) {
  try {
    reconnect();
  } catch (const Error& error) {
    if (base::is_interrupt(error) || error.code() == code::outcome_unknown) throw;
    throw Error(code::outcome_unknown, what)
        .because(error.cause().empty() ? error.what() : error.cause())
        .advise("run the same command again when the server answers; it reads the ledger first and repeats nothing")
        .state("unknown until the ledger can be read: " + state);
  }
}

void LockedDatabase::look_again(const std::function<void(postgres::Connection&)>& look) const {
  const double deadline_ms = reconnect_deadline_ms();
  for (const base::Stopwatch waited;;) {
    try {
      return look(*project_->connect_again(connection_->url()));
    } catch (Error& error) {
      base::throw_if_interrupted();
      if (!is_about_connection(error) || waited.milliseconds() >= deadline_ms) {
        error.state("what was asked for is committed; only the last look at the ledger failed");
        throw;
      }
      base::clock().sleep(std::chrono::milliseconds(50));
    }
  }
}

}  // namespace migrate
