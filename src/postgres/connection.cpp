// The live session: libpqxx runs the statements; libpq connects, tells what went wrong, cancels.
#include "postgres/connection.hpp"

#include <fmt/format.h>
#include <libpq-events.h>
#include <sys/socket.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "postgres/connect_error.hpp"
#include "postgres/pqxx_versions.hpp"
#include "postgres/quote.hpp"
#include "postgres/raw_copy.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

namespace {

constexpr int oldest_server_version = 130000;

Diagnostics diagnostics_of(const PGresult* result) {
  const auto field = [result](int which) {
    const char* text = PQresultErrorField(result, which);
    return std::string(text ? text : "");
  };
  Diagnostics d{field(PG_DIAG_SEVERITY_NONLOCALIZED),
                field(PG_DIAG_SQLSTATE),
                field(PG_DIAG_MESSAGE_PRIMARY),
                field(PG_DIAG_MESSAGE_DETAIL),
                field(PG_DIAG_MESSAGE_HINT),
                field(PG_DIAG_CONTEXT),
                field(PG_DIAG_SCHEMA_NAME),
                field(PG_DIAG_TABLE_NAME),
                field(PG_DIAG_COLUMN_NAME),
                field(PG_DIAG_DATATYPE_NAME),
                field(PG_DIAG_CONSTRAINT_NAME),
                field(PG_DIAG_INTERNAL_QUERY),
                std::atoi(field(PG_DIAG_STATEMENT_POSITION).c_str())};
  return d;
}

/// What libpq tells beside results; libpqxx keeps none of it. Outlives the PGconn.
struct Observed {
  Diagnostics error;
  bool has_error = false;
  /// What COMMIT was answered; neither where libpq had no memory for the answer.
  bool has_committed = false, has_rolled_back = false;
  bool has_no_memory = false;
  std::string command_tag;
  std::vector<Notice> notices;

  static int on_event(PGEventId event, void* info, void* self) {
    if (event != PGEVT_RESULTCREATE) return 1;
    auto& observed = *static_cast<Observed*>(self);
    const PGresult* result = static_cast<PGEventResultCreate*>(info)->result;
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    observed.has_committed = observed.has_committed || tag == "COMMIT";
    observed.has_rolled_back = observed.has_rolled_back || tag == "ROLLBACK";
    try {
      observed.command_tag = tag;
      if (PQresultStatus(result) == PGRES_FATAL_ERROR && !observed.has_error) {
        observed.error = diagnostics_of(result);
        observed.has_error = true;
      }
    } catch (const std::bad_alloc&) {
      // Nothing may be thrown through libpq.
      observed.has_no_memory = true;
    }
    return 1;
  }
  static void on_notice(void* self, const PGresult* result) {
    constexpr std::size_t most_kept = 1000;
    auto& observed = *static_cast<Observed*>(self);
    if (observed.notices.size() >= most_kept) return;
    try {
      const Diagnostics d = diagnostics_of(result);
      observed.notices.push_back({d.severity, d.sqlstate, d.message, d.detail, d.hint});
    } catch (const std::bad_alloc&) {
      observed.has_no_memory = true;
    }
  }
};

struct PqxxData final : Result::Data {
  PqxxData(const pqxx::result& rows, std::string tag) : result(rows), command_tag_(std::move(tag)) {}
  std::size_t rows() const override { return static_cast<std::size_t>(result.size()); }
  std::size_t columns() const override { return static_cast<std::size_t>(result.columns()); }
  std::string_view column_name(std::size_t column) const override {
    return result.column_name(static_cast<int>(column));
  }
  std::uint32_t column_type(std::size_t column) const override { return result.column_type(static_cast<int>(column)); }
  pqxx::field field(std::size_t row, std::size_t column) const {
    return result[static_cast<pqxx::result::size_type>(row)][static_cast<pqxx::row::size_type>(column)];
  }
  bool is_null(std::size_t row, std::size_t column) const override { return field(row, column).is_null(); }
  std::string_view value(std::size_t row, std::size_t column) const override {
    const pqxx::field at = field(row, column);
    return {at.c_str(), at.size()};
  }
  std::uint64_t affected_rows() const override { return static_cast<std::uint64_t>(result.affected_rows()); }
  std::string_view command_tag() const override { return command_tag_; }

  pqxx::result result;
  std::string command_tag_;
};

class LibpqCanceller final : public Canceller {
 public:
  explicit LibpqCanceller(PGconn* connection) : cancel_(PQgetCancel(connection), &PQfreeCancel) {
    if (!cancel_) throw std::bad_alloc();
  }
  void cancel() noexcept override {
    char ignored[256];
    if (cancel_) PQcancel(cancel_.get(), ignored, sizeof ignored);
  }

 private:
  std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel_;
};

/// Pins the session in one message. SET needs no catalogue, which matters for a command that only looks; a connection
/// for migrating also asks what must be known before it is trusted. Functions are qualified: the role's search_path is
/// not trusted yet.
std::string pin_sql(const ConnectOptions& options, int server_version) {
  std::string sql = fmt::format(
      "SET standard_conforming_strings = on; SET bytea_output = hex; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = "
      "postgres; "
      "SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET client_min_messages = notice; SET check_function_bodies = "
      "on; "
      "SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = {}; "
      "SET default_transaction_deferrable = off; SET row_security = on; SET statement_timeout = 0; SET lock_timeout = "
      "0; "
      "SET idle_in_transaction_session_timeout = '10min'",
      options.read_only ? "on" : "off");
  if (server_version >= 140000) sql += "; SET client_connection_check_interval = '500ms'; SET idle_session_timeout = 0";
  if (!options.for_migration && !options.runs_scripts) return sql + "; SET search_path = pg_catalog, pg_temp";
  // A client that vanished without a word gives the lock back within some twelve seconds, also when an answer is under
  // way to it, which keepalives do not look at. Unix sockets know no such thing.
  sql +=
      "; SET tcp_keepalives_idle = 6; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; "
      "SET tcp_user_timeout = '12s'";
  const std::string path =
      options.search_path.empty() ? "pg_catalog.current_setting('search_path')" : quote_literal(options.search_path);
  // pg_catalog is searched first when it is not listed; listed behind another schema, that one's operators would be
  // taken in its place. An empty path leaves no comma behind.
  const std::string without_catalogue = fmt::format(
      "pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.btrim(part) FROM "
      "pg_catalog.unnest(pg_catalog.string_to_array({}"
      ", ',')) AS part WHERE pg_catalog.btrim(part) OPERATOR(pg_catalog.<>) ALL "
      "(ARRAY['pg_catalog', '\"pg_catalog\"', 'pg_temp'])), ', ')",
      path);
  return sql + fmt::format(
                   "; SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_is_in_recovery(), "
                   "pg_catalog.set_config('search_path', "
                   "pg_catalog.btrim(pg_catalog.concat({}, ', pg_temp'), ', '), false)",
                   without_catalogue);
}

PGconn* connect_raw(const Url& url, const ConnectOptions& options) {
  std::string conninfo = url.conninfo() + " client_encoding=UTF8 fallback_application_name=" + options.application_name;
  if (url.setting("connect_timeout").empty()) conninfo += " connect_timeout=10";
  if (url.setting("keepalives_idle").empty()) conninfo += " keepalives_idle=6 keepalives_interval=2 keepalives_count=3";
  if (url.setting("tcp_user_timeout").empty()) conninfo += " tcp_user_timeout=12000";
  constexpr int most_cuts = 4;
  const base::Stopwatch waited;
  for (int cuts = 0;;) {
    PGconn* raw = PQconnectdb(conninfo.c_str());
    if (!raw) throw std::bad_alloc();
    if (PQstatus(raw) == CONNECTION_OK) return raw;
    const std::string message = PQerrorMessage(raw);
    PQfinish(raw);
    base::throw_if_interrupted();
    if (was_cut(message) && ++cuts < most_cuts) {
      base::clock().sleep(std::chrono::milliseconds(20));
      continue;
    }
    if (!may_come_up(message) || waited.milliseconds() >= static_cast<double>(options.wait.count()))
      throw connect_error(url, message);
    base::clock().sleep(std::chrono::milliseconds(50));
  }
}

}  // namespace

struct Connection::Impl {
  explicit Impl(Url target) : url(std::move(target)) {}

  // Declared first so that it is destroyed last: libpq calls into it while the connection closes.
  Observed observed;
  Url url;
  std::string pin;
  PGconn* raw = nullptr;
  std::unique_ptr<PqxxConnection> connection;
  std::unique_ptr<pqxx::nontransaction> statements;
  std::unique_ptr<LibpqCanceller> canceller;
  std::size_t round_trips = 0;

  static void wake(void* self) { static_cast<LibpqCanceller*>(self)->cancel(); }

  template <class Call>
  Result run(std::string_view sql, Call call) {
    base::throw_if_interrupted();
    observed.has_error = observed.has_committed = observed.has_rolled_back = false;
    observed.error = {};
    ++round_trips;
    const base::InterruptWakeup wakeup(&wake, canceller.get());
    try {
      pqxx::result result = call();
      if (observed.has_no_memory) throw std::bad_alloc();
      return Result(std::make_shared<PqxxData>(result, observed.command_tag));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      fail(error, sql);
    }
  }

  /// The same for what libpq does alone: `call` says whether it went well.
  template <class Call>
  void transfer(std::string_view sql, Call call) {
    base::throw_if_interrupted();
    observed.has_error = observed.has_committed = observed.has_rolled_back = false;
    observed.error = {};
    ++round_trips;
    const base::InterruptWakeup wakeup(&wake, canceller.get());
    const bool went_well = call();
    if (observed.has_no_memory) throw std::bad_alloc();
    if (!went_well) fail(std::runtime_error(PQerrorMessage(raw)), sql);
  }

  [[noreturn]] void fail(const std::exception& error, std::string_view sql) {
    if (PQstatus(raw) == CONNECTION_BAD) {
      base::throw_if_interrupted();
      throw Error(code::connection_lost, "the connection to " + url.masked() + " was lost")
          .because(std::string(base::trim(observed.has_error ? observed.error.message : error.what())) +
                   "\nwhile running: " + std::string(base::trim(base::redact(sql).substr(0, 200))))
          .advise("waxwing ping    tells whether the server answers");
    }
    // libpq's own failure, without an SQLSTATE: the answer is lost, whatever it was.
    if (observed.has_no_memory || (observed.error.sqlstate.empty() &&
                                   std::string_view(error.what()).find("out of memory") != std::string_view::npos))
      throw std::bad_alloc();
    if (observed.has_error) {
      if (observed.error.sqlstate == "57014") base::throw_if_interrupted();
      throw SqlError(observed.error, std::string(sql));
    }
    throw Error(code::statement_failed, "a statement failed").because(error.what());
  }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

std::unique_ptr<Connection> Connection::open(const Url& url, const ConnectOptions& options) {
  auto impl = std::make_unique<Impl>(url);
  impl->raw = connect_raw(url, options);
  // Without it, neither errors nor a COMMIT would be seen.
  if (!PQregisterEventProc(impl->raw, &Observed::on_event, "waxwing", &impl->observed)) throw std::bad_alloc();
  impl->canceller = std::make_unique<LibpqCanceller>(impl->raw);
  // libpqxx puts a receiver of its own in its place.
  PQsetNoticeReceiver(impl->raw, &Observed::on_notice, &impl->observed);
  try {
    impl->connection = adopt_connection(impl->raw);
    PQsetNoticeReceiver(impl->raw, &Observed::on_notice, &impl->observed);
    impl->statements = std::make_unique<pqxx::nontransaction>(*impl->connection);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(code::connection_lost, "the connection to " + url.masked() + " was lost").because(error.what());
  }

  const int version = PQserverVersion(impl->raw);
  if (version < oldest_server_version)
    throw Error(code::server_too_old,
                fmt::format("PostgreSQL {} is too old", PQparameterStatus(impl->raw, "server_version")))
        .at(url.masked())
        .because("waxwing needs PostgreSQL 13 or newer");
  impl->pin = pin_sql(options, version);
  auto connection = std::unique_ptr<Connection>(new Connection(std::move(impl)));
  const Result pinned = connection->query(connection->impl_->pin);
  if (!options.for_migration) return connection;
  if (pinned.integer(0, 0) != connection->backend_pid())
    throw Error(code::pooler, "the connection goes through a transaction pooler")
        .at(url.masked() + " (from " + url.source() + ")")
        .because(fmt::format("the server process is {}, the connection was made by {}", pinned.integer(0, 0),
                             connection->backend_pid()))
        .advise("use the server's direct URL; the migrator lock does not survive in a pooler");
  if (pinned.boolean(0, 1))
    throw Error(code::in_recovery, "the server is a read-only replica")
        .at(url.masked() + " (from " + url.source() + ")")
        .advise("use the URL of the primary");
  return connection;
}

Result Connection::query(std::string_view sql, const Parameters& parameters) {
  const std::string text(sql);
  return impl_->run(sql, [&] {
    return parameters.empty() ? impl_->statements->exec(text) : execute_with(*impl_->statements, text, parameters);
  });
}

std::vector<ResultColumn> Connection::describe(std::string_view sql) {
  std::vector<ResultColumn> columns;
  impl_->transfer(sql, [&] {
    using Held = std::unique_ptr<PGresult, decltype(&PQclear)>;
    const Held prepared(PQprepare(impl_->raw, "", std::string(sql).c_str(), 0, nullptr), &PQclear);
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return false;
    const Held described(PQdescribePrepared(impl_->raw, ""), &PQclear);
    for (int i = 0; i < PQnfields(described.get()); ++i)
      columns.push_back({PQfname(described.get(), i), PQftype(described.get(), i)});
    return PQresultStatus(described.get()) == PGRES_COMMAND_OK;
  });
  return columns;
}

std::uint64_t Connection::copy_out(std::string_view sql, const CopySink& take) {
  std::uint64_t rows = 0;
  impl_->transfer(sql, [&] { return raw_copy_out(impl_->raw, std::string(sql), take, rows); });
  return rows;
}

std::uint64_t Connection::copy_in(std::string_view sql, const CopySource& next) {
  std::uint64_t rows = 0;
  impl_->transfer(sql, [&] { return raw_copy_in(impl_->raw, std::string(sql), next, rows); });
  return rows;
}

TransactionStatus Connection::transaction_status() const {
  switch (PQtransactionStatus(impl_->raw)) {
    case PQTRANS_IDLE: return TransactionStatus::idle;
    case PQTRANS_INTRANS:
    case PQTRANS_ACTIVE: return TransactionStatus::in_transaction;
    case PQTRANS_INERROR: return TransactionStatus::failed;
    case PQTRANS_UNKNOWN: break;
  }
  return TransactionStatus::unknown;
}

int Connection::server_version() const { return PQserverVersion(impl_->raw); }

std::vector<Notice> Connection::take_notices() { return std::exchange(impl_->observed.notices, {}); }

void Connection::prepare(const std::string& name, std::string_view sql) {
  impl_->connection->prepare(name, std::string(sql));
}

Result Connection::query_prepared(const std::string& name, const Parameters& parameters) {
  std::vector<const char*> texts;
  for (const Parameter& each : parameters) texts.push_back(each.text ? each.text->c_str() : nullptr);
#if defined(PQXX_VERSION_MAJOR) && PQXX_VERSION_MAJOR >= 7
  return impl_->run(name, [&] {
    pqxx::params arguments;
    for (const Parameter& each : parameters) each.text ? arguments.append(*each.text) : arguments.append();
    return impl_->statements->exec_prepared(name, arguments);
  });
#else
  return impl_->run(name,
                    [&] { return impl_->statements->exec_prepared(name, pqxx::prepare::make_dynamic_params(texts)); });
#endif
}

bool Connection::has_committed() {
  if (impl_->observed.has_committed || impl_->observed.has_rolled_back) return impl_->observed.has_committed;
  shutdown(PQsocket(impl_->raw), SHUT_RDWR);
  throw Error(code::connection_lost, "the answer to COMMIT could not be read").because("there was no memory for it");
}

void Connection::restore_settings() { query("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; " + impl_->pin); }

int Connection::backend_pid() const { return PQbackendPID(impl_->raw); }

std::string Connection::parameter_status(const char* name) const {
  const char* value = PQparameterStatus(impl_->raw, name);
  return value ? value : "";
}

bool Connection::is_alive() const { return PQstatus(impl_->raw) == CONNECTION_OK; }

std::unique_ptr<Canceller> Connection::canceller() const { return std::make_unique<LibpqCanceller>(impl_->raw); }

const Url& Connection::url() const { return impl_->url; }

std::size_t Connection::round_trips() const { return impl_->round_trips; }

}  // namespace postgres
