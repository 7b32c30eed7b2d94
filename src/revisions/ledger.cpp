// Reads and writes the ledger. Statements are built as text because the step's row shares a message with COMMIT.
#include "revisions/ledger.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

struct waxwing_embedded_file {
  const char* name;
  const char* begin;
  const char* end;
};
extern "C" const waxwing_embedded_file embedded_sql[];

namespace revisions {

using postgres::quote_literal;

namespace {

constexpr int present_version = 1;
constexpr std::string_view version_comment = "waxwing ledger, version ";

std::string ledger_ddl() {
  for (const waxwing_embedded_file* file = embedded_sql; file->name; ++file)
    if (std::string_view(file->name) == "ledger.sql") return std::string(file->begin, file->end);
  throw base::Error(base::code::bug, "ledger.sql is not in the program");
}

std::string literal_or_null(const std::string& text) { return text.empty() ? "NULL" : quote_literal(text); }

}  // namespace

Ledger::Ledger(std::string schema) : schema_(std::move(schema)) {}

std::string Ledger::table(const char* name) const { return postgres::quote_qualified(schema_, name); }

int Ledger::read_version(postgres::Session& session) const {
  const postgres::Result result = session.query(
      // Not obj_description(): before PostgreSQL 14 its body takes operators from the user's search_path.
      "SELECT (SELECT description FROM pg_catalog.pg_description WHERE objoid = pg_catalog.to_regclass($1)::oid "
      "AND classoid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid AND objsubid = 0)",
      {{table("revision")}});
  const std::string comment = result.text(0, 0);
  if (!comment.starts_with(version_comment)) return 0;
  const int version = std::atoi(comment.c_str() + version_comment.size());
  if (version > present_version)
    throw base::Error(base::code::ledger_too_new,
                      fmt::format("the ledger in schema \"{}\" has version {}", schema_, version))
        .because(fmt::format("waxwing {} knows version {} and older", base::version(), present_version))
        .advise("install the waxwing that wrote it, or a newer one");
  return version;
}

std::string Ledger::create_sql(int version) const {
  if (version >= present_version) return {};
  return base::replace_all(ledger_ddl(), "{schema}", postgres::quote_identifier(schema_));
}

void Ledger::create(postgres::Session& session) const {
  const std::string ddl = create_sql(read_version(session));
  if (ddl.empty()) return;
  session.query("BEGIN");
  try {
    session.query(ddl);
    session.query("COMMIT");
  } catch (...) {
    if (session.transaction_status() != postgres::TransactionStatus::unknown) session.query("ROLLBACK");
    throw;
  }
}

std::vector<LedgerRow> Ledger::read(postgres::Session& session) const {
  postgres::Result result;
  try {
    result = session.query(
        fmt::format("SELECT revision, message, checksum, kind, applied_at, applied_by, host, run, duration_ms FROM {}",
                    table("revision")));
  } catch (const postgres::SqlError& error) {
    // Asking first would be a round trip for everyone; a database without a ledger is the rare case.
    if (error.diagnostics().sqlstate == "42P01") return {};
    throw;
  }
  std::vector<LedgerRow> rows;
  rows.reserve(result.rows());
  for (std::size_t i = 0; i < result.rows(); ++i) {
    LedgerRow row{result.text(i, 0), result.text(i, 1), result.text(i, 2), result.text(i, 3), result.text(i, 4),
                  result.text(i, 5), result.text(i, 6), result.text(i, 7), std::nullopt};
    if (!result.is_null(i, 8)) row.duration_ms = std::strtod(result.text(i, 8).c_str(), nullptr);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<std::string> Ledger::read_source(postgres::Session& session, const std::string& revision) const {
  const postgres::Result result =
      session.query(fmt::format("SELECT source FROM {} WHERE revision = $1", table("revision")), {{revision}});
  return result.empty() ? std::nullopt : result.optional_text(0, 0);
}

bool Ledger::applied_by_run(postgres::Session& session, const std::string& revision, const std::string& run) const {
  return !session
              .query(fmt::format("SELECT 1 FROM {} WHERE revision = $1 AND run = $2::uuid", table("revision")),
                     {{revision}, {run}})
              .empty();
}

std::string Ledger::apply_sql(const AppliedRevision& applied, const RunStart& run) const {
  return fmt::format(
      "INSERT INTO {} (revision, message, checksum, source, host, duration_ms, run) VALUES ({}, {}, {}, {}, {}, {}, "
      "{})",
      table("revision"), quote_literal(applied.revision), quote_literal(applied.message),
      literal_or_null(applied.checksum), literal_or_null(applied.source), quote_literal(run.host),
      applied.duration_ms > 0 ? fmt::format("{:.3f}", applied.duration_ms) : "NULL", literal_or_null(run.run));
}

std::string Ledger::unapply_sql(const std::string& revision) const {
  return fmt::format("DELETE FROM {} WHERE revision = {}", table("revision"), quote_literal(revision));
}

std::string Ledger::stamp_sql(const std::string& revision, const std::string& message) const {
  return fmt::format(
      "INSERT INTO {} (revision, message, kind) VALUES ({}, {}, 'stamp') ON CONFLICT (revision) DO NOTHING",
      table("revision"), quote_literal(revision), quote_literal(message));
}

std::string Ledger::start_run_sql(const RunStart& run) const {
  return fmt::format(
      "INSERT INTO {} (run, command, target, host, version, detail) VALUES ({}, {}, {}, {}, {}, {}) ON CONFLICT DO "
      "NOTHING",
      table("run"), quote_literal(run.run), quote_literal(run.command), quote_literal(run.target),
      quote_literal(run.host), quote_literal(base::version()), literal_or_null(run.detail));
}

std::string Ledger::finish_run_sql(const std::string& run, const std::string& outcome,
                                   const std::string& detail_json) const {
  return fmt::format(
      "UPDATE {} SET finished_at = pg_catalog.clock_timestamp(), outcome = {}, detail = coalesce(detail, "
      "'{{}}'::pg_catalog.jsonb) OPERATOR(pg_catalog.||) {}::pg_catalog.jsonb WHERE run = {}",
      table("run"), quote_literal(outcome), quote_literal(detail_json.empty() ? "{}" : detail_json),
      quote_literal(run));
}

std::string Ledger::event_sql(const std::string& run, const std::string& kind, const std::string& revision,
                              const std::string& detail_json) const {
  return fmt::format("INSERT INTO {} (run, kind, revision, detail) VALUES ({}, {}, {}, {})", table("event"),
                     quote_literal(run), quote_literal(kind), literal_or_null(revision), literal_or_null(detail_json));
}

std::vector<RunRow> Ledger::read_runs(postgres::Session& session, const std::string& wanted, int limit) const {
  postgres::Result result;
  try {
    result = session.query(
        fmt::format("SELECT run, command, target, started_at, finished_at, outcome, started_by, host, version, detail "
                    "FROM {} WHERE pg_catalog.starts_with(run::text, $1::text) ORDER BY started_at DESC, run LIMIT {}",
                    table("run"), limit),
        {{wanted}});
  } catch (const postgres::SqlError& error) {
    if (error.diagnostics().sqlstate == "42P01") return {};
    throw;
  }
  std::vector<RunRow> rows;
  for (std::size_t i = 0; i < result.rows(); ++i)
    rows.push_back({result.text(i, 0), result.text(i, 1), result.text(i, 2), result.text(i, 3), result.text(i, 4),
                    result.text(i, 5), result.text(i, 6), result.text(i, 7), result.text(i, 8), result.text(i, 9)});
  return rows;
}

std::vector<EventRow> Ledger::read_events(postgres::Session& session, const std::string& run) const {
  const postgres::Result result = session.query(
      fmt::format("SELECT at, kind, revision, detail FROM {} WHERE run = $1::uuid ORDER BY event", table("event")),
      {{run}});
  std::vector<EventRow> rows;
  for (std::size_t i = 0; i < result.rows(); ++i)
    rows.push_back({result.text(i, 0), result.text(i, 1), result.text(i, 2), result.text(i, 3)});
  return rows;
}

Applied applied_ids(const std::vector<LedgerRow>& rows) {
  Applied ids;
  ids.reserve(rows.size());
  for (const LedgerRow& row : rows) ids.push_back(row.revision);
  return ids;
}

}  // namespace revisions
