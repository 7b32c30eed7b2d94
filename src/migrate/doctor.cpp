// A probe is a function; the list of them is at the end.
#include "migrate/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "migrate/doctor_needs.hpp"
#include "migrate/extensions.hpp"
#include "migrate/manifest.hpp"
#include "migrate/plugins.hpp"
#include "postgres/private_cluster.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Mark;
namespace fs = std::filesystem;

namespace {

class Examination {
 public:
  Examination(Project& project, const std::function<void(const Finding&)>& tell) : project_(project), tell_(tell) {}

  Project& project() { return project_; }
  postgres::Connection* connection() { return connection_.get(); }
  void take(std::unique_ptr<postgres::Connection> connection) { connection_ = std::move(connection); }
  postgres::Result ask(const std::string& sql, const postgres::Parameters& parameters = {}) {
    return connection_->query(sql, parameters);
  }

  void report(Mark mark, std::string text, std::string advice = "") {
    findings_.push_back({mark, area_, std::move(text), std::move(advice)});
    if (tell_) tell_(findings_.back());
  }
  void ok(std::string text) { report(Mark::ok, std::move(text)); }
  void warn(std::string text, std::string advice) { report(Mark::warning, std::move(text), std::move(advice)); }
  void fail(std::string text, std::string advice) { report(Mark::failed, std::move(text), std::move(advice)); }
  void enter(const char* area) { area_ = area; }
  std::vector<Finding> take_findings() { return std::move(findings_); }

 private:
  Project& project_;
  const std::function<void(const Finding&)>& tell_;
  std::unique_ptr<postgres::Connection> connection_;
  std::string area_;
  std::vector<Finding> findings_;
};

std::string plural(std::int64_t count, const char* what) { return base::count_of(count, what); }

void connection(Examination& at) {
  const base::Stopwatch stopwatch;
  at.take(at.project().connect(Purpose::check));
  const double made = stopwatch.milliseconds();
  const base::Stopwatch trip;
  at.ask("SELECT");
  const postgres::Url& url = at.connection()->url();
  at.ok(fmt::format("{} (from {}), connected in {}, {} for a round trip", url.masked(), url.source(),
                    base::human_duration(made), base::human_duration(trip.milliseconds())));
  if (!url.is_local() &&
      at.ask("SELECT NOT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()").boolean(0, 0))
    at.warn("the connection is not encrypted", "sslmode=verify-full in the URL");
}

void server(Examination& at) {
  const int version = at.connection()->server_version();
  at.ok(fmt::format("PostgreSQL {} (13 or newer is needed)", at.connection()->parameter_status("server_version")));
  constexpr int oldest_supported = 140000;  // 13 has had its last release
  if (version < oldest_supported)
    at.warn("this major version gets no more corrections", "plan an upgrade of the server");
  if (at.ask("SELECT pg_catalog.pg_is_in_recovery()").boolean(0, 0))
    at.fail("the server is a read-only replica", "use the URL of the primary");
  if (at.ask("SELECT pg_catalog.current_setting('fsync')").text(0, 0) == "off" && !at.project().is_private())
    at.warn("fsync is off: a crash of the machine can destroy the database", "fsync = on in postgresql.conf");
}

void pooler(Examination& at) {
  const std::int64_t told = at.ask("SELECT pg_catalog.pg_backend_pid()::bigint").integer(0, 0);
  if (told == at.connection()->backend_pid()) return at.ok("no pooler between here and the server");
  at.fail("a pooler is in between, which does not keep the migrator lock",
          "use the server's direct URL (usually port 5432 in place of 6432)");
}

void rights(Examination& at) {
  const std::string ledger = at.project().config().text("ledger_schema");
  const postgres::Result found = at.ask(
      "SELECT pg_catalog.quote_ident(current_user::text), "
      "pg_catalog.has_database_privilege(pg_catalog.current_database(), "
      "'CREATE'), pg_catalog.current_schema()::text, "
      "COALESCE(pg_catalog.has_schema_privilege(pg_catalog.current_schema()::text, 'CREATE'), false), "
      "pg_catalog.quote_ident(pg_catalog.current_database()::text), EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE "
      "nspname = $1::name), COALESCE((SELECT pg_catalog.has_schema_privilege(oid, 'CREATE, USAGE') FROM "
      "pg_catalog.pg_namespace WHERE nspname = $1::name), false), (SELECT rolsuper FROM pg_catalog.pg_roles WHERE "
      "rolname "
      "= current_user)",
      {{ledger}});
  const std::string role = found.text(0, 0), schema = found.text(0, 2);
  if (found.boolean(0, 7)) at.ok(fmt::format("{} is a superuser", role));
  if (found.is_null(0, 2))
    at.fail("no schema of the search_path exists", "set search_path in waxwing.lua, or create the schema");
  else if (found.boolean(0, 3))
    at.ok(fmt::format("{} may create tables in schema {}", role, schema));
  else
    at.fail(fmt::format("{} may not create tables in schema {}", role, schema),
            fmt::format("as its owner: GRANT CREATE ON SCHEMA {} TO {};", postgres::format_identifier(schema), role));
  if (found.boolean(0, 5) ? found.boolean(0, 6) : found.boolean(0, 1))
    return at.ok(fmt::format("the ledger, schema {}, {}", ledger,
                             found.boolean(0, 5) ? "is there and can be written" : "can be created"));
  at.fail(fmt::format("the ledger, schema {}, cannot be {}", ledger, found.boolean(0, 5) ? "written" : "created"),
          found.boolean(0, 5)
              ? fmt::format("as its owner: GRANT USAGE, CREATE ON SCHEMA {} TO {};",
                            postgres::format_identifier(ledger), role)
              : fmt::format("as its owner: GRANT CREATE ON DATABASE {} TO {};", found.text(0, 4), role));
}

void plugins(Examination& at) {
  const std::vector<PluginEntry> entries = plugin_entries(at.project().config());
  if (entries.empty()) return at.ok("the project uses no plugins");
  for (const PluginEntry& entry : entries) try {
      const auto plugin = load_plugin(at.project(), find_plugin(at.project(), entry.name), entry);
      const script::PluginInfo& info = plugin->info();
      at.ok(fmt::format("{} {}{}", info.name, info.version,
                        info.needs.empty() ? "" : ", which has " + base::join(info.needs, ", ")));
    } catch (const base::Error& error) {
      base::throw_if_interrupted();
      at.fail(error.what(), error.advice());
    }
}

void capabilities(Examination& at) {
  const std::vector<std::string> allowed = at.project().config().list("allow");
  const std::vector<NeededCapability> needed = needed_capabilities(at.project());
  if (needed.empty()) return at.ok("the migrations use no files, programs or network");
  for (const NeededCapability& each : needed) {
    const std::string text = fmt::format("{} is used in {}:{}", each.name, each.path, each.line);
    if (std::find(allowed.begin(), allowed.end(), each.name) != allowed.end())
      at.ok(text);
    else
      at.fail(text + ", and is not allowed", fmt::format("allow = {{ \"{}\" }} in waxwing.lua", each.name));
  }
}

void extensions(Examination& at) {
  const std::vector<std::string> needed = needed_extensions(at.project());
  if (needed.empty()) return at.ok("the migrations create no extensions");
  for (const std::string& name : needed) {
    const postgres::Result found = at.ask(
        "SELECT installed_version, default_version FROM pg_catalog.pg_available_extensions WHERE name = $1::name",
        {{name}});
    if (found.empty())
      at.fail(fmt::format("\"{}\" is needed, and the server does not have it", name),
              install_advice(name, at.connection()->server_version()));
    else if (found.is_null(0, 0))
      at.ok(fmt::format("\"{}\" {} is available", name, found.text(0, 1)));
    else
      at.ok(fmt::format("\"{}\" {} is installed", name, found.text(0, 0)));
  }
}

void disk(Examination& at) {
  const std::int64_t size = at.ask("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").integer(0, 0);
  const std::string shown = base::human_size(static_cast<unsigned long long>(size));
  at.report(Mark::unknown,
            fmt::format("the database has {}; the free space of the server cannot be seen from here", shown),
            "on the server: df -h");
  fs::path folder = backup_folder(at.project());
  std::error_code failure;
  while (!fs::exists(folder, failure) && folder.has_parent_path() && folder != folder.parent_path())
    folder = folder.parent_path();
  const fs::space_info space = fs::space(folder, failure);
  if (failure) return at.warn("the free space for backups cannot be seen", folder.string() + ": " + failure.message());
  const std::string text =
      fmt::format("{} free for backups here, the database has {}", base::human_size(space.available), shown);
  if (space.available > static_cast<std::uintmax_t>(size)) return at.ok(text);
  at.warn(text, "a dump is usually smaller, but make room before a backup");
}

void tools(Examination& at) {
  const int major = at.connection()->server_version() / 10000;
  for (const char* name : {"psql", "pg_dump", "pg_restore"}) {
    std::string path;
    try {
      const std::string newest = postgres::postgres_bin_directory() + "/" + name;
      path = fs::exists(newest) ? newest : base::find_program(name);
    } catch (const base::Error&) {
      path = base::find_program(name);
    }
    const std::string install = fmt::format("sudo apt install postgresql-client-{}", major);
    if (path.empty()) {
      at.warn(fmt::format("{} is not installed", name), install);
      continue;
    }
    const std::string words = base::run_process({path, "--version"}).out;
    const std::size_t digit = words.find_first_of("0123456789");
    if (digit == std::string::npos) continue;
    const std::string version = words.substr(digit, words.find_first_not_of("0123456789.", digit) - digit);
    if (std::stoi(version) >= major)
      at.ok(fmt::format("{} {}", name, version));
    else if (std::string_view(name) == "psql")
      at.warn(fmt::format("psql {} is older than the server", version), install);
    else
      at.fail(fmt::format("{} {} is older than the server, which it refuses", name, version), install);
  }
}

void locale(Examination& at) {
  const std::string encoding = at.connection()->parameter_status("server_encoding");
  const postgres::Result found = at.ask(
      "SELECT datcollate::text, datctype::text FROM pg_catalog.pg_database WHERE datname = "
      "pg_catalog.current_database()");
  const std::string text = fmt::format("the database is {}, collation {}", encoding, found.text(0, 0));
  if (encoding == "UTF8")
    at.ok(text);
  else
    at.warn(text, encoding == "SQL_ASCII" ? "SQL_ASCII checks nothing: texts of any encoding get in"
                                          : "characters that it lacks are refused by the server");
  if (base::Console::options_from_environment().ascii)
    at.warn("the locale here is not UTF-8: output is ASCII", "export LC_ALL=C.UTF-8");
}

void clock(Examination& at) {
  const base::Stopwatch trip;
  const double server = std::stod(at.ask("SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp())::text").text(0, 0));
  const double here = std::chrono::duration<double>(base::clock().now().time_since_epoch()).count();
  const double difference = std::abs(here - trip.milliseconds() / 2000 - server);
  const std::string text = fmt::format("the clocks differ by {}", base::human_duration(difference * 1000));
  if (difference < 5) return at.ok(text);
  at.warn(text, "times in the ledger are the server's, those of logs and file names are of this machine");
}

void transactions(Examination& at) {
  const postgres::Result found = at.ask(
      "SELECT pg_catalog.count(*) FILTER (WHERE xact_start < pg_catalog.clock_timestamp() - '1 minute'::interval), "
      "pg_catalog.count(*), (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = "
      "pg_catalog.current_database()) FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() "
      "AND "
      "pid <> pg_catalog.pg_backend_pid() AND backend_type = 'client backend'::text");
  at.ok(plural(found.integer(0, 1), "other session"));
  if (found.integer(0, 0) > 0)
    at.warn(plural(found.integer(0, 0), "transaction") + " open for more than a minute: their locks hold migrations up",
            "waxwing query long-transactions    waxwing sessions");
  if (found.integer(0, 2) > 0)
    at.warn(plural(found.integer(0, 2), "prepared transaction") + " waiting: they hold locks until somebody ends them",
            "select * from pg_prepared_xacts; ROLLBACK PREPARED '...'");
}

void limits(Examination& at) {
  const postgres::Result found = at.ask(
      "SELECT pg_catalog.current_setting('max_locks_per_transaction')::bigint, "
      "pg_catalog.current_setting('max_connections')::bigint, (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class "
      "WHERE "
      "relkind IN ('r', 'p', 'i', 'I', 'S', 'm') AND relnamespace <> 'pg_catalog'::pg_catalog.regnamespace::oid), "
      "(SELECT "
      "pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'::text), "
      "pg_catalog.current_setting('max_prepared_transactions')::bigint");
  const std::int64_t locks = found.integer(0, 0) * (found.integer(0, 1) + found.integer(0, 4)),
                     objects = found.integer(0, 2);
  if (objects < locks)
    at.ok(fmt::format("room for {} locks, the database has {} tables, indexes and sequences", locks, objects));
  else
    at.warn(fmt::format("room for {} locks, and {} tables, indexes and sequences: a migration of all of them fails",
                        locks, objects),
            "raise max_locks_per_transaction");
  if (found.integer(0, 3) * 10 >= found.integer(0, 1) * 9)
    at.warn(fmt::format("{} of {} connections are taken", found.integer(0, 3), found.integer(0, 1)),
            "waxwing sessions; raise max_connections");
}

void replication(Examination& at) {
  const std::string level = at.ask("SELECT pg_catalog.current_setting('wal_level')").text(0, 0);
  const postgres::Result found = at.ask(
      "SELECT COALESCE(application_name, ''), pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), "
      "replay_lsn)::bigint FROM pg_catalog.pg_stat_replication ORDER BY 1");
  at.ok(fmt::format("wal_level {}, {}", level, plural(static_cast<std::int64_t>(found.rows()), "replica")));
  constexpr std::int64_t much = 64 << 20;
  for (std::size_t i = 0; i < found.rows(); ++i)
    if (!found.is_null(i, 1) && found.integer(i, 1) > much)
      at.warn(fmt::format("replica \"{}\" is {} behind", found.text(i, 0),
                          base::human_size(static_cast<unsigned long long>(found.integer(i, 1)))),
              "wait until it has caught up: a migration that rewrites tables sends all of them");
  const postgres::Result slots =
      at.ask("SELECT slot_name::text FROM pg_catalog.pg_replication_slots WHERE NOT active ORDER BY 1");
  if (!slots.empty())
    at.warn(fmt::format("replication slot \"{}\" has no reader: WAL is kept for it until the disk is full",
                        slots.text(0, 0)),
            "select pg_drop_replication_slot('...') if nobody comes back");
}

void timeouts(Examination& at) {
  const Config& config = at.project().config();
  const long long lock = config.integer("lock_timeout_ms");
  const std::string text = fmt::format(
      "lock_timeout {}, tried again for {}; statement_timeout {}", base::human_duration(static_cast<double>(lock)),
      base::human_duration(static_cast<double>(config.integer("retry_deadline_ms"))),
      config.integer("statement_timeout_ms") == 0
          ? "none"
          : base::human_duration(static_cast<double>(config.integer("statement_timeout_ms"))));
  constexpr long long long_wait_ms = 5000;
  if (lock <= long_wait_ms) return at.ok(text);
  at.warn(text, "whoever comes behind a waiting ALTER TABLE waits as long: lower lock_timeout_ms, it is tried again");
}

void migrations(Examination& at) {
  const revisions::Graph& graph = at.project().graph();
  const auto heads = graph.heads();
  const std::string text = fmt::format("{} in {}", plural(static_cast<std::int64_t>(graph.size()), "revision"),
                                       at.project().config().text("migrations"));
  if (heads.size() > 1)
    return at.warn(text + fmt::format(", {} heads", heads.size()), "waxwing merge heads -m \"...\"");
  at.ok(text);
}

struct Probe {
  const char* area;
  bool needs_connection;
  void (*look)(Examination&);
};

constexpr Probe probes[] = {
    {"migrations", false, migrations},
    {"plugins", false, plugins},
    {"allow", false, capabilities},
    {"connection", false, connection},
    {"server", true, server},
    {"pooler", true, pooler},
    {"rights", true, rights},
    {"extensions", true, extensions},
    {"tools", true, tools},
    {"disk", true, disk},
    {"locale", true, locale},
    {"clock", true, clock},
    {"sessions", true, transactions},
    {"limits", true, limits},
    {"replication", true, replication},
    {"timeouts", false, timeouts},
};

}  // namespace

std::vector<Finding> examine(Project& project, const std::function<void(const Finding&)>& tell) {
  Examination at(project, tell);
  for (const Probe& probe : probes) {
    if (probe.needs_connection && !at.connection()) continue;
    at.enter(probe.area);
    try {
      probe.look(at);
    } catch (const base::Error& error) {
      if (error.code().exit == base::Exit::interrupted || error.code().exit == base::Exit::terminated) throw;
      std::string cause = error.cause().substr(0, error.cause().find('\n'));
      at.fail(error.what() + (cause.empty() ? std::string() : ": " + cause), error.advice());
    }
  }
  return at.take_findings();
}

}  // namespace migrate
