// What the journal says, and changes to it that outlive a lost connection.
#include "migrate/half_done.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "migrate/runner.hpp"
#include "migrate/step_session.hpp"

namespace migrate {

using base::Error;
using revisions::Direction;
using revisions::Revision;
namespace code = base::code;

std::size_t HalfDone::done() const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.is_done; }));
}

const revisions::JournalRow* HalfDone::intent() const {
  return rows.empty() || rows.back().is_done ? nullptr : &rows.back();
}

std::optional<HalfDone> half_done(const std::vector<revisions::JournalRow>& rows) {
  if (rows.empty()) return std::nullopt;
  return HalfDone{rows.front().revision, rows.front().direction,
                  revisions::rows_of(rows, rows.front().revision, rows.front().direction)};
}

namespace {

/// Changes the journal. When COMMIT is not answered, the journal that is read anew tells by `is_done` what became of
/// it.
template <class IsDone>
void change_journal(LockedDatabase& database, const std::string& sql, IsDone is_done) {
  database.with_reconnect([&] {
    if (is_done(half_done(database.journal_rows()))) return;
    database.connection().query(fmt::format("BEGIN; SELECT {}; {}; COMMIT", database.fence_sql(), sql));
  });
}

bool is_forgotten(const std::optional<HalfDone>& migration) { return !migration; }

}  // namespace

void mark_done(Project& project, LockedDatabase& database, const HalfDone& migration) {
  const Revision* revision = project.graph().find(migration.revision);
  if (!revision)
    throw Error(code::unknown_applied, fmt::format("there is no file of revision {}", migration.revision))
        .advise("waxwing abandon " + migration.revision);
  const std::unique_ptr<script::Migration> file = project.open(*revision);
  const std::string row_sql =
      migration.direction == Direction::down
          ? database.ledger().unapply_sql(migration.revision)
          : database.ledger().apply_sql({migration.revision, revision->message, file->checksum(), file->source(), 0},
                                        {});
  revisions::Applied after = database.applied();
  std::erase(after, migration.revision);
  if (migration.direction == Direction::up) after.push_back(migration.revision);
  change_journal(database, row_sql + "; " + database.journal().forget_sql(migration.revision), is_forgotten);
  confirm_applied(database, std::move(after));
}

void abandon(LockedDatabase& database, const HalfDone& migration) {
  change_journal(database, database.journal().forget_sql(migration.revision), is_forgotten);
}

void retry(LockedDatabase& database, const HalfDone& migration) {
  const revisions::JournalRow* intent = migration.intent();
  // Batched work goes on from its checkpoint; without its intent it would begin anew.
  if (!intent || intent->record == batched_record) return;
  change_journal(database, database.journal().forget_statement_sql(*intent),
                 [](const std::optional<HalfDone>& now) { return !now || !now->intent(); });
  database.with_reconnect([&] { database.read_journal(); });
}

}  // namespace migrate
