// The script runs on a session that answers from the journal, and stops it behind the last row.
#include "migrate/next_statement.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/stand_in_session.hpp"
#include "migrate/step_script.hpp"
#include "migrate/step_session.hpp"
#include "postgres/recorded_result.hpp"

namespace migrate {

using base::Error;
using postgres::Result;
namespace code = base::code;

namespace {

class JournalSession final : public StandInSession {
 public:
  JournalSession(const HalfDone& migration, bool transactional, NextStatement& next)
      : StandInSession(transactional), rows_(migration.rows), next_(next) {}

  Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    if (has_stopped_ || ordinal_ == rows_.size()) stop(sql, "");
    const revisions::JournalRow& row = rows_[ordinal_++];
    if (row.hash != statement_hash(sql, parameters))
      stop("", fmt::format("the file was changed: statement {} is not the one that was run", row.ordinal));
    return postgres::replayed(row.record, sql);
  }
  Result run_batches(postgres::BatchedWork& work) override { return query(work.statement()); }
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override { stop(sql, ""); }
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink&) override { stop(sql, ""); }
  int server_version() const override { return 0; }
  bool has_stopped() const { return has_stopped_; }

 private:
  /// A script may catch the error and go on in a way that it never takes in earnest.
  [[noreturn]] void stop(std::string_view sql, std::string remark) {
    if (!std::exchange(has_stopped_, true)) {
      next_.sql = base::trim(sql);
      next_.remark = std::move(remark);
    }
    throw Error(code::needs_database, "what the script does from here is not known before it runs");
  }

  const std::vector<revisions::JournalRow>& rows_;
  NextStatement& next_;
  std::size_t ordinal_ = 0;
  bool has_stopped_ = false;
};

}  // namespace

NextStatement next_statement(const Project& project, const revisions::Revision& revision, const HalfDone& migration) {
  NextStatement next;
  script::Watcher nobody;
  JournalSession session(migration, revision.transactional, next);
  try {
    run_script(*project.open_for_sql(revision, nobody), migration.direction, session);
    if (!session.has_stopped()) next.remark = "the script is at its end; verification and the ledger's row are left";
  } catch (const Error& error) {
    base::throw_if_interrupted();
    if (!error.places().empty()) next.place = error.places().front();
    if (!session.has_stopped()) next.remark = fmt::format("before it the script fails: {}", error.what());
  }
  return next;
}

}  // namespace migrate
