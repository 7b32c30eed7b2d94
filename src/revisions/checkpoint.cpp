// Reads and writes the table `checkpoint`.
#include "revisions/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

struct waxwing_embedded_file {
  const char* name;
  const char* begin;
  const char* end;
};
extern "C" const waxwing_embedded_file embedded_sql[];

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

std::string checkpoint_ddl() {
  for (const waxwing_embedded_file* file = embedded_sql; file->name; ++file)
    if (std::string_view(file->name) == "checkpoint.sql") return std::string(file->begin, file->end);
  throw Error(code::bug, "checkpoint.sql is not in the program");
}

double number(const postgres::Result& result, std::size_t row, std::size_t column) {
  return result.is_null(row, column) ? 0 : std::stod(result.text(row, column));
}

}  // namespace

std::optional<double> Checkpoint::seconds_left() const {
  if (!keys_expected || keys_per_s <= 0 || *keys_expected < keys_passed) return std::nullopt;
  return static_cast<double>(*keys_expected - keys_passed) / keys_per_s;
}

Checkpoints::Checkpoints(const std::string& ledger_schema)
    : schema_(ledger_schema),
      table_(postgres::quote_qualified(ledger_schema, "checkpoint")),
      journal_(postgres::quote_qualified(ledger_schema, "journal")) {}

std::string Checkpoints::create_sql(postgres::Session& session) const {
  if (session.query("SELECT pg_catalog.to_regclass($1) IS NOT NULL", {{table_}}).boolean(0, 0)) return {};
  return base::replace_all(checkpoint_ddl(), "{schema}", postgres::quote_identifier(schema_));
}

std::vector<Checkpoint> Checkpoints::read(postgres::Session& session) const {
  postgres::Result found;
  try {
    // Without its row in the journal the migration is done or was abandoned.
    found = session.query(fmt::format(
        "SELECT c.checkpoint, c.revision, c.direction, c.statement, c.table_name, c.state, c.requested, c.keys_passed, "
        "c.rows_done, c.keys_expected, (c.keys_passed - c.resumed_keys)::double precision / NULLIF(EXTRACT(epoch FROM "
        "c.at - c.resumed_at)::double precision, 0::double precision), c.sweep, pg_catalog.to_char(c.started_at, "
        "'YYYY-MM-DD HH24:MI:SS'), pg_catalog.to_char(c.at, 'YYYY-MM-DD HH24:MI:SS'), EXISTS (SELECT FROM "
        "pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.pid = c.pid AND "
        "l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) "
        "FROM {} c JOIN {} j ON j.revision = c.revision AND j.direction = c.direction AND j.ordinal = c.ordinal "
        "WHERE c.state <> 'done' AND j.state = 'intent' ORDER BY c.checkpoint",
        table_, journal_));
  } catch (const postgres::SqlError& error) {
    if (error.diagnostics().sqlstate == "42P01") return {};
    throw;
  }
  std::vector<Checkpoint> all;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    Checkpoint one;
    one.id = found.integer(i, 0);
    one.revision = found.text(i, 1);
    one.direction = found.text(i, 2);
    one.statement = found.text(i, 3);
    one.table = found.text(i, 4);
    one.state = found.text(i, 5);
    one.requested = found.text(i, 6);
    one.keys_passed = found.integer(i, 7);
    one.rows_done = found.integer(i, 8);
    if (!found.is_null(i, 9)) one.keys_expected = found.integer(i, 9);
    one.keys_per_s = number(found, i, 10);
    one.sweep = static_cast<int>(found.integer(i, 11));
    one.started_at = found.text(i, 12);
    one.at = found.text(i, 13);
    one.is_under_way = found.boolean(i, 14);
    all.push_back(std::move(one));
  }
  return all;
}

Checkpoint Checkpoints::request(postgres::Session& session, const std::string& id, const std::string& wish) const {
  const std::vector<Checkpoint> all = read(session);
  const auto found =
      std::find_if(all.begin(), all.end(), [&id](const Checkpoint& each) { return std::to_string(each.id) == id; });
  if (found == all.end()) {
    std::vector<std::string> ids;
    for (const Checkpoint& each : all) ids.push_back(std::to_string(each.id));
    throw Error(code::no_such_batches, fmt::format("no backfill under way or stopped has the id {}", id))
        .because(ids.empty() ? "there is none" : "ids are " + base::join(ids, ", "))
        .advise("waxwing runs");
  }
  if (!found->is_under_way)
    throw Error(code::batches_not_running, fmt::format("the backfill {} of {} is not under way", id, found->table))
        .because(fmt::format("it stopped after {}", base::count_of(found->rows_done, "row")))
        .advise(fmt::format("waxwing resume    goes on with it; waxwing abandon {}    forgets it", found->revision));
  session.query(fmt::format("UPDATE {} SET requested = $1 WHERE checkpoint = $2::integer AND state IN "
                            "('running', 'paused')",
                            table_),
                {{wish.empty() ? std::optional<std::string>() : wish}, {id}});
  return *found;
}

}  // namespace revisions
