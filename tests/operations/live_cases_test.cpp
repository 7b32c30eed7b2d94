// Runs the cases that have a `given` on a real PostgreSQL: the call, then its inverse, and the schema is as before.
#include <algorithm>

#include "base/error.hpp"
#include "case_file.hpp"
#include "postgres/connection.hpp"
#include "support/catalogue.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "watched_session.hpp"

namespace {

using tests::OperationCase;
using tests::WatchedSession;

struct Collected : operations::Notes {
  std::vector<std::string> texts;
  void note(std::string text) override { texts.push_back(std::move(text)); }
};

void check_notes(const OperationCase& each, const Collected& notes) {
  if (each.notes.empty()) return;
  std::vector<std::string> expected = each.notes, got = notes.texts;
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  CHECK(got == expected);
}

void check_error(const OperationCase& each, const base::Error& error) {
  if (each.error == "a statement failed")
    CHECK(error.code() == base::code::statement_failed);
  else
    CHECK(error.what() == each.error);
  if (!each.cause.empty()) CHECK(error.cause() == each.cause);
}

void run_case(const OperationCase& each, postgres::Session& database) {
  for (const std::string& statement : each.given) database.query(statement);
  const std::string before = tests::catalogue_text(database);
  WatchedSession session(database);
  Collected notes;
  const auto op = tests::read_call(each.call);
  try {
    op->run(session, notes);
  } catch (const base::Error& error) {
    if (each.error.empty()) FAIL(base::render(error));
    return check_error(each, error);
  }
  CHECK(each.error == "");
  const bool is_told = !tests::asks_catalogue(*op) || !each.sql.empty();
  if (op->type().name() != "bulk_insert" && op->type().name() != "execute" && is_told)
    CHECK(tests::one_line_each(session.executed()) == tests::one_line_each(each.sql));
  check_notes(each, notes);
  const auto inverse = op->reverse();
  if (!inverse) return;
  const bool changes = op->type().name() != "alter_column" && op->type().name() != "disable_trigger";
  if (changes) CHECK(tests::catalogue_text(database) != before);
  inverse->run(session, notes);
  CHECK(tests::catalogue_text(database) == before);
}

}  // namespace

TEST_CASE("cases with a given run on PostgreSQL and their inverse leads back", "[operations][postgres]") {
  static const postgres::Url url = tests::fresh_database();
  static const auto database = postgres::Connection::open(url);
  for (const OperationCase& each : tests::read_cases()) {
    if (each.given.empty()) continue;
    DYNAMIC_SECTION(each.file << ":" << each.line << " " << each.title) {
      if (database->server_version() < each.since * 10000) {
        WARN("skipped: " << each.file << ":" << each.line << " is for PostgreSQL " << each.since << " and newer");
        continue;
      }
      // Extensions that are not trusted.
      if (each.file.find("extension") != std::string::npos && tests::lacks_superuser()) continue;
      const bool is_concurrent =
          each.call.find("concurrently = true") != std::string::npos && each.file.find("index") != std::string::npos;
      if (is_concurrent || each.file == "backfill.case") {
        const auto own = postgres::Connection::open(tests::fresh_database());
        run_case(each, *own);
        continue;
      }
      // A case that failed has not come to its end.
      database->query("rollback; begin");
      run_case(each, *database);
      database->query("rollback");
    }
  }
}
