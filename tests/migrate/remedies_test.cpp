// What is advised for the errors of a real server.
#include "migrate/remedies.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "support/project.hpp"

using tests::TestProject;

namespace {

/// The advice for `sql` on a database prepared by `setup`.
std::string advice_for(const std::string& setup, const std::string& sql, const std::string& state) {
  const auto connection = tests::connect(tests::fresh_database());
  if (!setup.empty()) connection->query(setup);
  try {
    connection->query(sql);
  } catch (postgres::SqlError& error) {
    CHECK(error.diagnostics().sqlstate == state);
    if (connection->transaction_status() != postgres::TransactionStatus::idle) connection->query("ROLLBACK");
    migrate::advise(error, connection.get());
    CHECK(connection->transaction_status() == postgres::TransactionStatus::idle);
    return error.advice();
  }
  return "no error";
}

constexpr const char* users = "create table users (id int primary key, tenant_id int, email text)";

}  // namespace

TEST_CASE("remedies are sorted by SQLSTATE and say something", "[migrate][remedies]") {
  const auto& all = migrate::all_remedies();
  CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::string_view(a.sqlstate) < std::string_view(b.sqlstate);
  }));
  for (const migrate::Remedy& each : all) {
    INFO(each.sqlstate);
    CHECK(std::string_view(each.sqlstate).size() == 5);
    CHECK((*each.general != '\0' || each.advice != nullptr));
  }
}

TEST_CASE("a table that exists: history, current, stamp, and whether it is the same", "[migrate][remedies]") {
  const std::string same =
      advice_for(users, "create table users (id int primary key, tenant_id int4, email text)", "42P07");
  CHECK_THAT(same, ContainsSubstring("waxwing history    waxwing current"));
  CHECK_THAT(same, ContainsSubstring("waxwing stamp head"));
  CHECK_THAT(same, ContainsSubstring("has the same columns and constraints"));
  const std::string other = advice_for(
      users, "create table public.\"users\" (id int primary key, tenant_id bigint not null, name text unique)",
      "42P07");
  CHECK_THAT(other, ContainsSubstring("\"tenant_id\" is integer there, bigint not null in the migration"));
  CHECK_THAT(other, ContainsSubstring("it has no column \"name\""));
  CHECK_THAT(other, ContainsSubstring("it has a column \"email\" more"));
  CHECK_THAT(other, ContainsSubstring("it has no UNIQUE (name)"));
  CHECK_THAT(advice_for("create table a (id int); create index i on a (id)", "create index i on a (id)", "42P07"),
             ContainsSubstring("waxwing stamp head") && !ContainsSubstring("columns and constraints"));
}

TEST_CASE("the comparison with the existing table leaves nothing behind", "[migrate][remedies]") {
  const auto connection = tests::connect(tests::fresh_database());
  connection->query(users);
  try {
    connection->query("create table users (id int)");
    FAIL("no error");
  } catch (postgres::SqlError& error) {
    migrate::advise(error, connection.get());
  }
  CHECK(connection->query("select from pg_namespace where nspname like 'waxwing%'").empty());
  CHECK(connection->query("select current_setting('lock_timeout')").text(0, 0) == "0");
}

TEST_CASE("a unique violation names the columns of the constraint", "[migrate][remedies]") {
  const std::string rows = std::string(users) + "; insert into users values (1, 1, 'a'), (2, 1, 'a')";
  CHECK_THAT(advice_for(rows, "alter table users add constraint uq unique (tenant_id, email)", "23505"),
             StartsWith("waxwing check duplicates users tenant_id,email"));
  CHECK_THAT(advice_for(rows, "insert into users values (1, 2, 'b')", "23505"),
             StartsWith("waxwing check duplicates users id") && ContainsSubstring("ON CONFLICT"));
  CHECK_THAT(advice_for(rows, "create unique index u on users (lower(email))", "23505"),
             StartsWith("waxwing check duplicates users \"lower(email)\""));
}

TEST_CASE("a broken reference leads to the check for orphans", "[migrate][remedies]") {
  const std::string rows =
      "create table users (id int primary key); create table journals (user_id int); insert into journals values (9)";
  CHECK_THAT(advice_for(rows, "alter table journals add foreign key (user_id) references users", "23503"),
             StartsWith("waxwing check orphans journals.user_id users.id"));
  CHECK_THAT(
      advice_for("create table users (id int primary key); create table journals (user_id int references users); "
                 "insert into users values (1); insert into journals values (1)",
                 "delete from users", "23503"),
      ContainsSubstring("other rows still refer to it"));
}

TEST_CASE("unknown names are answered from the catalogue", "[migrate][remedies]") {
  CHECK_THAT(advice_for(users, "select emial from users", "42703"),
             ContainsSubstring("did you mean \"email\"?") && ContainsSubstring("waxwing describe users"));
  CHECK_THAT(advice_for(users, "alter table users drop column tenantid", "42703"),
             ContainsSubstring("did you mean \"tenant_id\"?"));
  CHECK_THAT(advice_for(users, "select * from usres", "42P01"), ContainsSubstring("did you mean \"users\"?"));
  CHECK_THAT(advice_for("create schema billing; create table billing.orders (id int)", "select * from orders", "42P01"),
             ContainsSubstring("it is there as billing.orders"));
  CHECK_THAT(advice_for(users, "alter table users drop constraint users_key", "42704"),
             ContainsSubstring("users_pkey") && ContainsSubstring("op.drop_foreign_key"));
  CHECK_THAT(advice_for("", "select lenght('a')", "42883"), ContainsSubstring("did you mean \"length\"?"));
  CHECK_THAT(advice_for("", "select left('a', current_date)", "42883"),
             ContainsSubstring("(text,integer); cast the arguments"));
}

TEST_CASE("what an extension would bring", "[migrate][remedies]") {
  CHECK_THAT(advice_for("", "select uuid_generate_v4()", "42883"),
             StartsWith("gen_random_uuid() is built in") && ContainsSubstring("name = \"uuid-ossp\""));
  CHECK_THAT(advice_for("", "select crypt('a', 'b')", "42883"), ContainsSubstring("name = \"pgcrypto\""));
  CHECK_THAT(advice_for("", "create table t (v vector(3))", "42704"), ContainsSubstring("name = \"vector\""));
  const bool is_15 = tests::connect(tests::superuser_url())->server_version() >= 150000;
  const std::string missing = advice_for("", "create extension no_such_extension", is_15 ? "0A000" : "58P01");
  CHECK_THAT(missing, ContainsSubstring("install \"no_such_extension\" on the server's machine"));
}

TEST_CASE("a missing right names the grant", "[migrate][remedies]") {
  if (tests::lacks_superuser()) return;
  const postgres::Url url = tests::fresh_database();
  const auto connection = tests::connect(url);
  connection->query("create schema s; create table users (id int); create role grantee_" + url.database());
  connection->query("set role grantee_" + url.database());
  const auto advice = [&](const std::string& sql) {
    try {
      connection->query(sql);
    } catch (postgres::SqlError& error) {
      CHECK(error.diagnostics().sqlstate == "42501");
      migrate::advise(error, connection.get());
      return error.advice();
    }
    return std::string("no error");
  };
  const std::string role = "grantee_" + url.database();
  CHECK(advice("select * from users") ==
        "as its owner: GRANT SELECT, INSERT, UPDATE, DELETE ON users TO " + role + ";");
  CHECK(advice("create table s.t (id int)") == "as its owner: GRANT USAGE, CREATE ON SCHEMA s TO " + role + ";");
  CHECK_THAT(advice("drop table users"), StartsWith("as its owner: ALTER TABLE users OWNER TO " + role));
  CHECK_THAT(advice("create extension file_fdw"), StartsWith("as a superuser, in this database: CREATE EXTENSION"));
}

TEST_CASE("states that need no look at the catalogue have general words", "[migrate][remedies]") {
  CHECK_THAT(advice_for("begin", "vacuum", "25001"), ContainsSubstring("transaction = \"none\""));
  CHECK_THAT(advice_for("create table t (n text)", "alter table t alter n type int", "42804"),
             ContainsSubstring("using ="));
  for (const char* state : {"55P03", "57014", "53100", "55P04", "53300", "3D000", "28P01", "28000", "08001", "08006"}) {
    INFO(state);
    REQUIRE(migrate::find_remedy(state));
    CHECK(std::string_view(migrate::find_remedy(state)->general).size() > 20);
  }
  CHECK(migrate::find_remedy("99999") == nullptr);
}

TEST_CASE("a failed migration says what to try", "[migrate][remedies]") {
  TestProject files;
  files.migration(
      "a", "",
      "db.execute('create table users (id int, email text); insert into users values (1, \\'x\\'), (2, \\'x\\')')");
  files.migration("b", "a", "op.create_unique_constraint { table = 'users', columns = { 'email' } }");
  run(files, "upgrade", "a");
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK_THAT(error.advice(), StartsWith("waxwing check duplicates users email"));
    CHECK(error.state() == "revision b was not begun; database is at a");
  }
}
