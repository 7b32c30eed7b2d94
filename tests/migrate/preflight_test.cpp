// Rows that will not fit are found before a migration runs, and named when it fails on them after all.
#include "migrate/preflight.hpp"

#include "support/catch.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

namespace {

/// The error that `action` throws, as it is.
template <class Action>
base::Error error_of(Action action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("no error");
  throw std::logic_error("not reached");
}

/// A project with a table `users` of four rows at revision a; two share tenant and email.
struct Users : TestProject {
  Users() {
    migration("a", "",
              "db.execute([[create table tenants (id int primary key); insert into tenants values (1), (2);"
              "create table users (id int primary key, tenant_id int, email text, age bigint, code text);"
              "insert into users values (1, 1, 'x', 1, '1'), (2, 1, 'x', 2, '2'), (3, 2, 'x', -3, '3'), "
              "(4, 9, null, 99999999999, 'four')]])",
              "db.execute('drop table users, tenants')");
    run(*this, "upgrade", "head");
  }
  base::Error refused(const std::string& up) {
    migration("b", "a", up);
    base::Error error = error_of([&] { run(*this, "upgrade", "head"); });
    CHECK(value("select string_agg(revision, ',') from waxwing.revision") == "a");
    return error;
  }
};

/// check.probe on the table users: "ok: ...", "skipped: ..." or "failed: ...".
std::string probe_users(postgres::Session& session, base::Map arguments) {
  arguments.emplace_back("table", "users");
  const script::CheckOutcome outcome = script::run_check("probe", base::Value(std::move(arguments)), session);
  return std::string(outcome.passed ? (outcome.skipped ? "skipped: " : "ok: ") : "failed: ") + outcome.text;
}

}  // namespace

TEST_CASE("rows that do not fit are found before the migration begins", "[preflight]") {
  struct Case {
    const char *up, *text, *line;
  };
  const Case cases[] = {
      {"op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' }, name = 'uq' }",
       "Found 1 group of duplicates in users (tenant_id, email): unique constraint uq cannot be added.",
       "tenant_id = 1, email = \"x\", rows = 2, id = \"{1,2}\""},
      {"op.create_index { table = 'users', columns = { { expression = 'upper(email)' } }, unique = true, name = 'i', "
       "where = 'age > 0' }",
       "Found 1 group of duplicates in users (email): unique index i cannot be added.",
       "upper(email) = \"X\", rows = 2, id = \"{1,2}\""},
      {"op.create_foreign_key { table = 'users', columns = 'tenant_id', references = 'tenants', name = 'fk' }",
       "Found 1 row of users whose (tenant_id) leads nowhere in tenants: foreign key fk cannot be added.",
       "id = 4, tenant_id = 9"},
      {"op.create_check_constraint { table = 'users', name = 'ck', expression = 'age > 0' }",
       "Found 1 row of users that violates age > 0: check constraint ck cannot be added.", "id = 3, age = -3"},
      {"op.alter_column { table = 'users', name = 'email', not_null = true }",
       "Found 1 row of users with NULL email: the column cannot become NOT NULL.", "id = 4, email = NULL"},
      {"op.alter_column { table = 'users', name = 'age', type = 'integer' }",
       "Found 1 row of users whose age does not fit integer.", "id = 4, age = 99999999999"},
      {"op.alter_column { table = 'users', name = 'code', type = 'integer', using = 'code::integer' }",
       "Found 1 row of users whose code does not fit integer.", "id = 4, code = \"four\""},
      {"op.alter_column { table = 'users', name = 'code', type = 'varchar(3)' }",
       "Found 1 row of users whose code does not fit varchar(3).", "id = 4, code = \"four\""},
      {"op.add_column { table = 'users', name = 'n', type = 'int', not_null = true }",
       "users has rows: its new column n cannot be NOT NULL without a default.", ""},
      {"db.execute('alter table users add constraint ck check (age > 0) not valid; alter table users validate "
       "constraint ck')",
       "Found 1 row of users that violates age > 0: check constraint ck cannot be added.", "id = 3, age = -3"},
  };
  Users files;
  for (const Case& each : cases) {
    INFO(each.up);
    const base::Error error = files.refused(each.up);
    CHECK(std::string(error.what()) == std::string("MIGRATION ABORTED: ") + each.text);
    CHECK(error.code().exit == base::Exit::validation_failed);
    CHECK(std::string(error.code().id) == "WAX-5030");
    CHECK(error.cause() == each.line);
    CHECK(error.places().front() == "migrations/b.lua:4 in upgrade");
    CHECK(error.state() == "revision b was not begun; database is at a");
  }
}

TEST_CASE("an SQL migration is looked at like one in Lua", "[preflight]") {
  Users files;
  files.write("migrations/b.sql",
              "-- revision: b\n-- revises: a\n-- waxwing: up\ncreate index on users (age);\n\nalter table users add "
              "constraint uq unique (email);\n");
  const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
  CHECK(std::string(error.code().id) == "WAX-5030");
  CHECK_THAT(error.places().front(), StartsWith("migrations/b.sql:6 in "));
}

TEST_CASE("a migration that puts its rows right first is not refused", "[preflight]") {
  Users files;
  SECTION("it changes the table") {
    files.migration("b", "a",
                    "db.execute('delete from users where id = 2')\n"
                    "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }");
  }
  SECTION("another table's trigger does") {
    files.value(
        "create function f() returns trigger language plpgsql as 'begin delete from users where id = 2; return new; "
        "end'; create trigger g after update on tenants for each row execute function f()");
    files.migration("b", "a",
                    "db.execute('update tenants set id = id')\n"
                    "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }");
  }
  SECTION("the column is new") {
    files.migration("b", "a",
                    "op.add_column { table = 'users', name = 'n', type = 'int' }\n"
                    "db.execute('update users set n = id')\n"
                    "op.alter_column { table = 'users', name = 'n', not_null = true }\n"
                    "op.create_unique_constraint { table = 'users', columns = 'n' }");
  }
  SECTION("the script finds out by itself, and loops until it is done") {
    files.migration("b", "a",
                    "while db.value('select count(*) > 1 from users where tenant_id = 1') do\n"
                    "  db.execute('delete from users where id = 2')\nend\n"
                    "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }");
  }
  run(files, "upgrade", "head");
  CHECK(files.value("select count(*) from waxwing.revision") == "2");
}

TEST_CASE("a script that asks the catalogue first is still looked at", "[preflight]") {
  Users files;
  const base::Error error = files.refused(
      "if schema.has_column('users', 'email') then\n"
      "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }\nend");
  CHECK_THAT(error.what(), StartsWith("MIGRATION ABORTED: Found 1 group"));
}

TEST_CASE("rows that the migration itself made wrong are named when the statement fails", "[preflight]") {
  Users files;
  const std::string spoil = "db.execute('update users set email = $1', 'same')\n";
  SECTION("in the transaction") {
    const base::Error error =
        files.refused(spoil + "op.create_unique_constraint { table = 'users', columns = { 'email' }, name = 'uq' }");
    CHECK(std::string(error.code().id) == "WAX-5030");
    CHECK(std::string(error.what()) == "cannot add unique constraint \"uq\" to \"users\"");
    CHECK_THAT(error.cause(), ContainsSubstring("email = \"same\", rows = 4, id = \"{1,2,3,4}\""));
    CHECK(error.state() == "revision b rolled back; database is at a");
  }
  SECTION("a script that swallows the error does not commit") {
    const base::Error error = files.refused(
        spoil + "pcall(op.create_unique_constraint, { table = 'users', columns = { 'email' }, name = 'uq' })");
    CHECK_FALSE(std::string(error.what()).empty());
    CHECK(files.value("select count(distinct email) from users") == "1");
    CHECK(files.value("select max(email) from users") == "x");
  }
  SECTION("outside of transactions") {
    files.migration("b", "a",
                    spoil +
                        "op.create_index { table = 'users', columns = { 'email' }, unique = true, "
                        "concurrently = true }");
    const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
    CHECK(std::string(error.code().id) == "WAX-5030");
    CHECK_THAT(error.cause(), ContainsSubstring("rows = 4"));
    CHECK(files.value("select to_regclass('ix_users_email') is null") == "t");
  }
}

TEST_CASE("a downgrade that would fail on rows is refused before it begins", "[preflight]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (tenant int, email text, constraint old unique (email))')");
  files.migration("b", "a",
                  "db.execute('alter table t drop constraint old, add constraint new unique (tenant, email)')",
                  "db.execute('alter table t drop constraint new, add constraint old unique (email)')");
  run(files, "upgrade", "head");
  files.value("insert into t values (1, 'x'), (2, 'x')");
  const base::Error error = error_of([&] { run(files, "downgrade", "-1"); });
  CHECK(std::string(error.what()) ==
        "MIGRATION ABORTED: Found 1 group of duplicates in t (email): unique constraint old cannot be added.");
  CHECK(error.places().front() == "migrations/b.lua:7 in downgrade");
  CHECK(files.value("select count(*) from waxwing.revision") == "2");
}

TEST_CASE("a declared check of the same thing is not repeated, and auto_preflight turns the others off",
          "[preflight]") {
  Users files;
  files.migration("b", "a", "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }", "",
                  "", "m.preflight = { check.unique { table = 'users', columns = { 'tenant_id', 'email' } } }\n");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-5001");
  files.migration("b", "a", "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }");
  files.write("waxwing.lua", "return { lock_wait_s = 0, auto_preflight = false }");
  const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
  CHECK(error.state() == "revision b rolled back; database is at a");
  CHECK_THAT(error.cause(), ContainsSubstring("Found 1 group of duplicates"));
}

TEST_CASE("checks are counted over several steps, and a later step's tables need not be there", "[preflight]") {
  Users files;
  files.migration("b", "a",
                  "op.create_table { name = 't', columns = { { name = 'n', type = 'int' } } }\n"
                  "op.create_foreign_key { table = 'users', columns = 'id', references = 'users' }");
  files.migration("c", "b",
                  "op.create_unique_constraint { table = 't', columns = 'n' }\n"
                  "op.alter_column { table = 'users', name = 'age', not_null = true }");
  migrate::Project project = files.open();
  const auto connection = files.connect();
  const auto steps = revisions::plan_upgrade(project.graph(), {"a"}, "heads");
  REQUIRE(steps.size() == 2);
  CHECK(migrate::run_preflight(project, *project.open(*steps[0].revision), steps, 0, *connection, files.console, {}) ==
        2);
  CHECK(migrate::run_preflight(project, *project.open(*steps[1].revision), steps, 1, *connection, files.console, {}) ==
        1);
  CHECK(connection->transaction_status() == postgres::TransactionStatus::idle);
}

TEST_CASE("new unique constraints are tried on a copy of a row, and nothing is left of it", "[preflight][probe]") {
  TestProject files;
  files.migration("a", "",
                  "db.execute([[create table tenants (id int primary key); insert into tenants values (1), (2);"
                  "create table users (id bigserial primary key, tenant_id int not null references tenants, email "
                  "varchar(20) not null, barcode text);"
                  "insert into users (tenant_id, email) values (1, 'x')]])");
  files.migration(
      "b", "a",
      "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'email' } }\n"
      "op.create_unique_constraint { table = 'users', columns = { 'tenant_id', 'barcode' }, name = 'uqb' }");
  run(files, "upgrade", "head");
  CHECK(files.value("select count(*) from users") == "1");
  CHECK(files.value("select last_value from users_id_seq") == "1");
  const auto session = files.connect();
  const auto probe = [&](base::Map arguments) { return probe_users(*session, std::move(arguments)); };
  session->query("BEGIN");
  CHECK(probe({{"constraint", "users_tenant_id_email_key"}}) ==
        "ok: users_tenant_id_email_key refuses a duplicate; lets pass: another tenant_id, another email");
  CHECK(probe({{"constraint", "uqb"}}) == "skipped: uqb was not tried: users has no row to copy");
  session->query("update users set barcode = 'b'");
  CHECK(probe({{"columns", base::List{"tenant_id", "barcode"}}}) ==
        "ok: uqb refuses a duplicate; lets pass: another tenant_id, another barcode, NULL barcode");
  CHECK(probe({{"constraint", "users_pkey"}}) == "ok: users_pkey refuses a duplicate; lets pass: another id");
  CHECK(probe({{"constraint", "nope"}}) == "failed: There is no constraint nope on users.");
  session->query("alter table users drop constraint users_tenant_id_email_key");
  session->query("create unique index part on users (lower(email), tenant_id) where email <> ''");
  CHECK(probe({{"constraint", "part"}}) == "ok: part refuses a duplicate");
  session->query("drop index part; create unique index twin on users (barcode)");
  CHECK(probe({{"constraint", "uqb"}}) == "skipped: uqb was not tried: twin refuses the same rows");
  session->query(
      "drop index twin; alter table users drop constraint uqb, add constraint late unique (barcode) deferrable "
      "initially deferred");
  CHECK(probe({{"constraint", "late"}}) == "ok: late refuses a duplicate; lets pass: another barcode, NULL barcode");
  session->query("create function f() returns trigger language plpgsql as 'begin return new; end'");
  session->query("create trigger g before insert on users for each row execute function f()");
  CHECK(probe({{"constraint", "late"}}) ==
        "skipped: late was not tried: triggers, rules or row security of users would run");
  session->query("ROLLBACK");
  session->query("BEGIN READ ONLY");
  CHECK(probe({{"constraint", "users_pkey"}}) == "skipped: Not tried: the transaction is read-only");
  session->query("ROLLBACK");
}

TEST_CASE("foreign keys, checks and NOT NULL are tried as well", "[preflight][probe]") {
  if (tests::lacks_superuser()) return;
  TestProject files;
  files.migration("a", "",
                  "db.execute([[create table tenants (id int primary key); insert into tenants values (1), (2);"
                  "create table users (id bigserial primary key, tenant_id int, age int, mood text, since date, till "
                  "date, ratio numeric(6, 2), note text);"
                  "insert into users (tenant_id, age, mood, since, till, ratio, note) values (1, 40, 'good', "
                  "'2024-01-01', '2024-02-01', 0.5, 'n')]])");
  files.migration("b", "a",
                  R"lua(op.create_foreign_key { table = 'users', columns = { 'tenant_id' }, references = 'tenants' }
op.create_check_constraint { table = 'users', name = 'adult', expression = 'age between 18 and 150' }
db.execute "alter table users add check (mood in ('good', 'bad')), add check (since <= till)"
op.alter_column { table = 'users', name = 'age', not_null = true })lua");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(std::tmpfile(), &std::fclose);
  base::Console console{base::ConsoleOptions{}, output.get(), output.get()};
  migrate::Project project = files.open();
  {
    migrate::LockedDatabase database(project, console);
    const auto steps = revisions::plan_upgrade(project.graph(), {}, "head");
    migrate::run_steps(project, database, steps, {"upgrade", "head", false}, console);
  }
  std::string told(static_cast<std::size_t>(std::ftell(output.get())), '\0');
  std::rewind(output.get());
  REQUIRE(std::fread(told.data(), 1, told.size(), output.get()) == told.size());
  CAPTURE(told);
  CHECK_THAT(told, ContainsSubstring("users_tenant_id_fkey refuses a tenant_id that is not in tenants; lets pass: "
                                     "another tenant_id, NULL tenant_id"));
  CHECK_THAT(told, ContainsSubstring("adult refuses age = -1; lets pass: a row that is there"));
  CHECK_THAT(told, ContainsSubstring("users_mood_check refuses mood = ''; lets pass: a row that is there"));
  CHECK_THAT(told, ContainsSubstring("users_check refuses since = "));
  CHECK_THAT(told, ContainsSubstring("users.age refuses NULL"));
  CHECK(files.value("select count(*) || ' ' || (select last_value from users_id_seq) from users") == "1 1");

  const auto session = files.connect();
  const auto probe = [&](base::Map arguments) { return probe_users(*session, std::move(arguments)); };
  session->query("BEGIN");
  CHECK(probe({{"column", "note"}}) == "failed: A NULL is accepted: users.note is not NOT NULL.");
  CHECK(probe({{"column", "nope"}}) == "failed: There is no column nope on users.");
  session->query("alter table users add constraint slow check (ratio < 100 and ratio > 0.25)");
  CHECK(probe({{"constraint", "slow"}}) == "ok: slow refuses ratio = -1.00; lets pass: a row that is there");
  session->query("alter table users add constraint any_note check (note is null or note <> 'a value nobody guesses')");
  CHECK(probe({{"constraint", "any_note"}}) == "skipped: any_note was not tried: no value was found that it refuses");
  // A constraint whose trigger is turned off does not hold.
  session->query("alter table users disable trigger all");
  CHECK(probe({{"constraint", "users_tenant_id_fkey"}}) ==
        "failed: A row that leads nowhere is accepted: users_tenant_id_fkey does not hold.");
  session->query("ROLLBACK");
}

TEST_CASE("statements that must fail or pass are tried and undone", "[preflight][probe]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int constraint t_n unique, m int not null)')", "", "",
                  "m.verify = {\n"
                  "  check.must_fail { sql = 'insert into t values (1, 1), (1, 2)', constraint = 't_n' },\n"
                  "  check.must_fail { sql = 'insert into t (n) values (1)', sqlstate = '23502' },\n"
                  "  check.must_pass { sql = 'insert into t values (1, 1), (2, 1)' },\n}\n");
  run(files, "upgrade", "head");
  CHECK(files.value("select count(*) from t") == "0");
  const auto fails = [&](const std::string& check) {
    files.migration("b", "a", "", "", "", "m.verify = { " + check + " }\n");
    const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
    CHECK(std::string(error.code().id) == "WAX-5002");
    return std::string(error.what()) + " | " + error.cause();
  };
  CHECK(fails("check.must_fail { sql = 'insert into t values (1, 1)' }") ==
        "verification failed: It was accepted, and must be refused. | insert into t values (1, 1)");
  CHECK_THAT(fails("check.must_fail { sql = 'insert into t (n) values (1)', constraint = 't_n' }"),
             StartsWith("verification failed: It was refused, but not by t_n. | "));
  CHECK_THAT(fails("check.must_pass { sql = 'insert into t (n) values (1)' }"),
             StartsWith("verification failed: It was refused, and must be accepted. | "));
}
