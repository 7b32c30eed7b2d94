// A live connection to PostgreSQL: structured errors, pinned settings, cancel.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "postgres/session.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/url.hpp"

namespace postgres {

struct ConnectOptions {
  /// Shown in pg_stat_activity.
  std::string application_name = "waxwing";
  /// The session's search_path; empty keeps the role's own, made explicit. pg_temp is put last so that temporary
  /// objects shadow nothing.
  std::string search_path;
  /// Keep trying this long while the server is starting or not there yet.
  std::chrono::milliseconds wait{0};
  bool read_only = false;
  /// Work connections refuse a pooler in transaction mode and a server in recovery.
  bool for_migration = true;
  /// Statements of scripts are sent on it, so names are found by the user's search_path. Without it only pg_catalog is
  /// searched.
  bool runs_scripts = true;
};

/// Breaks a running statement from another thread or a signal handler.
class Canceller {
 public:
  virtual ~Canceller() = default;
  virtual void cancel() noexcept = 0;
};

class Connection final : public Session {
 public:
  /// Connects, pins the session (UTF8, ISO dates, UTC, standard_conforming_strings, bytea_output, search_path,
  /// timeouts) in one message. Throws code::cannot_connect naming host, port, database, user, the URL's source and the
  /// reason, code::pooler, code::in_recovery, code::server_too_old.
  static std::unique_ptr<Connection> open(const Url& url, const ConnectOptions& options = {});
  ~Connection() override;

  Result query(std::string_view sql, const Parameters& parameters = {}) override;
  std::vector<ResultColumn> describe(std::string_view sql) override;
  std::uint64_t copy_out(std::string_view sql, const CopySink& take) override;
  std::uint64_t copy_in(std::string_view sql, const CopySource& next) override;
  Result run_unit(std::string_view, const std::function<Result(Session&)>& work) override { return work(*this); }
  bool is_live() const override { return true; }
  TransactionStatus transaction_status() const override;
  int server_version() const override;
  std::vector<Notice> take_notices() override;

  /// Prepares `sql` under `name` for this session.
  void prepare(const std::string& name, std::string_view sql);
  Result query_prepared(const std::string& name, const Parameters& parameters);

  /// Did the COMMIT of the last message succeed? A failed transaction answers COMMIT with ROLLBACK. Where the answer was
  /// lost here, for lack of memory, this ends the connection and throws code::connection_lost: what became of the
  /// transaction is to be asked on a new one.
  bool has_committed();
  /// Puts the session back to what open() made of it: role, settings, search_path.
  void restore_settings();
  int backend_pid() const;
  /// A value the server reports by itself: server_version, server_encoding, TimeZone ...; empty when unknown.
  std::string parameter_status(const char* name) const;
  bool is_alive() const;
  std::unique_ptr<Canceller> canceller() const;
  const Url& url() const;
  /// Messages sent that waited for an answer; for tests and the bench.
  std::size_t round_trips() const;

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace postgres
