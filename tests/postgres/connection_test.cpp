// The live connection and the migrator lock on a real PostgreSQL.
#include "postgres/connection.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "postgres/migrator_lock.hpp"
#include "postgres/private_cluster.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

using postgres::Connection;
using postgres::SqlError;

TEST_CASE("a refused statement keeps every field that the server sent", "[postgres]") {
  const auto connection = tests::connect(tests::fresh_database());
  connection->query("create table t (id int constraint t_positive check (id > 0), n text not null)");
  const auto error_of = [&](const std::string& sql) {
    try {
      connection->query(sql);
    } catch (const SqlError& error) {
      return error;
    }
    throw std::runtime_error("no error");
  };
  const SqlError check = error_of("insert into t values (-1, 'x')");
  CHECK(check.diagnostics().sqlstate == "23514");
  CHECK(check.diagnostics().constraint == "t_positive");
  CHECK(check.diagnostics().table == "t");
  CHECK_THAT(check.diagnostics().detail, ContainsSubstring("Failing row"));
  CHECK(error_of("insert into t values (1, null)").diagnostics().column == "n");
  const SqlError caret = error_of("select '\xC3\xA4\xC3\xA4', nme from t");
  CHECK(caret.diagnostics().position == 14);
  CHECK_THAT(caret.cause(), ContainsSubstring("\n             ^"));
  CHECK_THAT(error_of("select foo(1)").diagnostics().hint, ContainsSubstring("No function matches"));
  CHECK(connection->query("select 1").integer(0, 0) == 1);
}

TEST_CASE("parameters and several statements", "[postgres]") {
  const auto connection = tests::connect(tests::fresh_database());
  const postgres::Result row = connection->query("select $1::int8, $2::text, $3::bytea",
                                                 {{"-9223372036854775808"}, {std::nullopt}, {"\\x00ff"}});
  CHECK(row.integer(0, 0) == INT64_MIN);
  CHECK(row.is_null(0, 1));
  CHECK(row.value(0, 2) == "\\x00ff");
  CHECK(connection->query("create table t (n int); insert into t select generate_series(1, 3); update t set n = n + 1")
            .affected_rows() == 3);
  CHECK(connection->query("begin; commit").command_tag() == "COMMIT");
  connection->query("begin");
  CHECK(connection->transaction_status() == postgres::TransactionStatus::in_transaction);
  CHECK_THROWS_AS(connection->query("select nope"), SqlError);
  CHECK(connection->transaction_status() == postgres::TransactionStatus::failed);
  CHECK(connection->query("commit").command_tag() == "ROLLBACK");
}

TEST_CASE("notices are kept", "[postgres]") {
  const auto connection = tests::connect(tests::fresh_database());
  connection->query("create table t (id int primary key); create view v as select * from t; drop table t cascade");
  const auto notices = connection->take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].message == "drop cascades to view v");
  CHECK(connection->take_notices().empty());
}

TEST_CASE("a statement is cancelled from another thread", "[postgres]") {
  const auto connection = tests::connect(tests::fresh_database());
  const auto canceller = connection->canceller();
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    canceller->cancel();
  });
  std::string sqlstate;
  try {
    connection->query("select pg_sleep(30)");
  } catch (const SqlError& error) {
    sqlstate = error.diagnostics().sqlstate;
  }
  later.join();
  CHECK(sqlstate == "57014");
}

TEST_CASE("a lost connection is an error and stays one", "[postgres]") {
  const postgres::Url url = tests::fresh_database();
  const auto connection = tests::connect(url);
  tests::connect(url)->query("select pg_terminate_backend($1)", {{std::to_string(connection->backend_pid())}});
  for (int i = 0; i < 2; ++i) {
    try {
      connection->query("select 1");
      FAIL("no error");
    } catch (const base::Error& error) {
      CHECK(std::string(error.code().id) == "WAX-2002");
    }
    CHECK_FALSE(connection->is_alive());
  }
}

TEST_CASE("the session is pinned against what the role and the environment set", "[postgres]") {
  const postgres::Url url = tests::fresh_database();
  tests::connect(url)->query(
      "create schema trap; create role trapped superuser login; alter role trapped set search_path = trap; alter role "
      "trapped set datestyle = german; "
      "alter role trapped set statement_timeout = 1; alter role trapped set default_transaction_read_only = on; "
      "alter role trapped set standard_conforming_strings = off; alter role trapped set timezone = 'Asia/Tokyo'");
  setenv("PGOPTIONS", "-c lock_timeout=1 -c bytea_output=escape", 1);
  postgres::Url trapped = url;
  trapped.set("user", "trapped");
  const auto connection = Connection::open(trapped);
  unsetenv("PGOPTIONS");
  const auto setting = [&](const std::string& name) { return connection->query("show " + name).text(0, 0); };
  CHECK(setting("search_path") == "trap, pg_temp");
  CHECK(setting("datestyle") == "ISO, MDY");
  CHECK(setting("statement_timeout") == "0");
  CHECK(setting("lock_timeout") == "0");
  CHECK(setting("default_transaction_read_only") == "off");
  CHECK(setting("standard_conforming_strings") == "on");
  CHECK(setting("timezone") == "UTC");
  CHECK(setting("bytea_output") == "hex");
  tests::connect(url)->query("drop role trapped");
}

TEST_CASE("the migrator lock is one at a time, and free when its holder dies", "[postgres]") {
  const postgres::Url url = tests::fresh_database();
  const auto first = tests::connect(url), second = tests::connect(url);
  const auto take = [](Connection& connection, int wait_ms) {
    return postgres::MigratorLock::take(connection, "waxwing", std::chrono::milliseconds(wait_ms));
  };
  const postgres::MigratorLock lock = take(*first, 0);
  CHECK(first->query("select " + lock.fence_sql()).rows() == 1);
  CHECK_THROWS_AS(second->query("select " + lock.fence_sql()), SqlError);
  try {
    take(*second, 50);
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.code().id) == "WAX-2006");
    CHECK_THAT(error.cause(), ContainsSubstring("pid " + std::to_string(first->backend_pid())));
  }
  CHECK_NOTHROW(postgres::MigratorLock::take(*second, "another_ledger", std::chrono::milliseconds(0)));
  tests::connect(url)->query("select pg_terminate_backend($1)", {{std::to_string(first->backend_pid())}});
  CHECK_NOTHROW(take(*second, 5000));
}

TEST_CASE("a private cluster is of one user, and goes with its owner", "[postgres][cluster]") {
  std::string directory;
  int pid = 0;
  {
    const postgres::PrivateCluster cluster = postgres::PrivateCluster::temporary();
    directory = cluster.directory();
    pid = cluster.pid();
    const auto connection = Connection::open(cluster.url("shop"));
    CHECK(connection->query("select current_database()").text(0, 0) == "shop");
    CHECK(connection->query("show listen_addresses").text(0, 0).empty());
    CHECK(connection->query("show server_encoding").text(0, 0) == "UTF8");
  }
  CHECK(kill(pid, 0) != 0);
  CHECK_FALSE(std::filesystem::exists(directory));
}
