// Private clusters first, since nothing of the server is touched there.
#include "postgres/scratch_database.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

namespace {

constexpr std::string_view prefix = "waxwing_proof_";
/// Between a database's creation and our session in it nothing shows that it is in use.
constexpr long long grace_s = 60;

long long seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(base::clock().now().time_since_epoch()).count();
}

std::vector<std::string> column_of(const Result& result) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < result.rows(); ++i) texts.push_back(result.text(i, 0));
  return texts;
}

std::string create_sql(const std::string& name, const DatabaseShape& shape) {
  std::string sql =
      fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}", quote_identifier(name),
                  quote_literal(shape.encoding), quote_literal(shape.collate), quote_literal(shape.ctype));
  if (!shape.icu_locale.empty()) sql += " LOCALE_PROVIDER icu ICU_LOCALE " + quote_literal(shape.icu_locale);
  return sql;
}

std::unique_ptr<Connection> look_at(const Url& url) {
  ConnectOptions options;
  options.for_migration = options.runs_scripts = false;
  return Connection::open(url, options);
}

void drop_database(const ClientPrograms& programs, const Url& url, const std::string& name) {
  // By a program: our own connections answer nothing any more after an interrupt.
  const ClientAccess access(url);
  base::run_process({programs.path("dropdb"), "--no-password", "--if-exists", "--force",
                     "--maintenance-db=" + access.conninfo(), name},
                    access.process_options());
}

/// Left by processes that were killed: nobody is connected, and they are older than a start takes.
void drop_abandoned(Connection& connection, const ClientPrograms& programs) {
  const Result found = connection.query(
      "SELECT datname FROM pg_catalog.pg_database d WHERE datname LIKE 'waxwing\\_proof\\_%' AND "
      "pg_catalog.pg_has_role(datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid "
      "= d.oid)");
  for (const std::string& name : column_of(found))
    if (const long long made = std::atoll(name.c_str() + prefix.size()); made > 0 && made + grace_s < seconds_now())
      drop_database(programs, connection.url(), name);
}

std::string missing_extension(Connection& connection, const std::vector<std::string>& wanted) {
  const std::vector<std::string> available =
      column_of(connection.query("SELECT name FROM pg_catalog.pg_available_extensions"));
  for (const std::string& each : wanted)
    if (std::find(available.begin(), available.end(), each) == available.end()) return each;
  return {};
}

}  // namespace

DatabaseShape read_database_shape(Connection& connection) {
  const int version = connection.server_version();
  const char* icu = version >= 170000   ? "CASE WHEN datlocprovider = 'i' THEN datlocale END"
                    : version >= 150000 ? "CASE WHEN datlocprovider = 'i' THEN daticulocale END"
                                        : "NULL";
  const Result found =
      connection.query(fmt::format("SELECT pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype, {} FROM "
                                   "pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
                                   icu));
  DatabaseShape shape{found.text(0, 0), found.text(0, 1), found.text(0, 2), found.text(0, 3), {}, {}};
  shape.roles = column_of(connection.query("SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'"));
  shape.extensions = column_of(connection.query("SELECT extname FROM pg_catalog.pg_extension"));
  return shape;
}

std::optional<ScratchDatabase> ScratchDatabase::on_private_cluster(const DatabaseShape& shape, int server_version,
                                                                   unsigned long long bytes, std::string& why) {
  const int major = server_version / 10000;
  std::error_code ignored;
  const std::string folder = PrivateCluster::temporary_folder();
  if (const auto room = std::filesystem::space(folder, ignored); !ignored && room.available < bytes) {
    why = fmt::format("{} has {} free, and {} may be needed", folder, base::human_size(room.available),
                      base::human_size(bytes));
    return std::nullopt;
  }
  try {
    ScratchDatabase scratch(Url::parse("dbname=proof", "the proof"));
    scratch.cluster_.emplace(PrivateCluster::temporary(
        major, {"wal_level=minimal", "max_wal_senders=0", "synchronous_commit=off", "max_wal_size=16GB",
                "checkpoint_timeout=1h", "shared_buffers=256MB", "maintenance_work_mem=256MB"}));
    const auto connection = look_at(scratch.cluster_->url());
    if (connection->server_version() / 10000 != major) {
      why = fmt::format("the server is PostgreSQL {}, WAXWING_PG_BIN has {}", major,
                        connection->server_version() / 10000);
      return std::nullopt;
    }
    if (const std::string missing = missing_extension(*connection, shape.extensions); !missing.empty()) {
      why = fmt::format("the extension {} is not installed on this machine", missing);
      return std::nullopt;
    }
    for (const std::string& role : shape.roles)
      if (role != "postgres") connection->query("CREATE ROLE " + quote_identifier(role));
    connection->query(create_sql("proof", shape));
    scratch.url_ = scratch.cluster_->url("proof");
    return scratch;
  } catch (const Error& error) {
    base::throw_if_interrupted();
    why = error.cause().empty() ? error.what() : error.cause();
    return std::nullopt;
  }
}

ScratchDatabase ScratchDatabase::on_server(Connection& connection, const ClientPrograms& programs,
                                           const DatabaseShape& shape) {
  drop_abandoned(connection, programs);
  const std::string name = fmt::format("{}{}_{}", prefix, seconds_now(), base::random_hex(8));
  try {
    connection.query(create_sql(name, shape));
  } catch (const SqlError& error) {
    throw Error(code::backup_not_proved, "no scratch database can be made on the server to prove the backup")
        .because(error.cause())
        .advise(
            "give the role CREATEDB, install the server's PostgreSQL version on this machine, or make a backup that is "
            "not proved: --no-proof");
  }
  ScratchDatabase scratch(connection.url().with_database(name));
  scratch.programs_ = programs;
  scratch.home_ = connection.url();
  scratch.guard_ = look_at(scratch.url_);
  return scratch;
}

ScratchDatabase::ScratchDatabase(ScratchDatabase&& other) noexcept
    : url_(other.url_),
      cluster_(std::move(other.cluster_)),
      programs_(std::exchange(other.programs_, std::nullopt)),
      home_(other.home_),
      guard_(std::move(other.guard_)) {}

ScratchDatabase::~ScratchDatabase() {
  guard_.reset();
  if (!programs_) return;
  try {
    drop_database(*programs_, *home_, url_.database());
  } catch (const std::exception&) {
    // The next backup drops it.
  }
}

std::string ScratchDatabase::place() const {
  return is_private() ? "a private PostgreSQL" : fmt::format("database \"{}\" on the server", url_.database());
}

}  // namespace postgres
