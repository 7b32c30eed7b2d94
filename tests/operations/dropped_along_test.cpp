// What drop_column and its kin say about the objects that PostgreSQL drops with them, beyond the text cases.
#include "operations/dropped_along.hpp"

#include "base/error.hpp"
#include "case_file.hpp"
#include "operations/operation.hpp"
#include "postgres/connection.hpp"
#include "postgres/recording.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace {

struct Collected : operations::Notes {
  std::vector<std::string> texts;
  void note(std::string text) override { texts.push_back(std::move(text)); }
};

std::vector<std::string> notes_of(postgres::Session& session, const std::string& call) {
  Collected notes;
  tests::read_call(call)->run(session, notes);
  return notes.texts;
}

}  // namespace

TEST_CASE("the constraint of the book service that goes with its column is named", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query(
      "create table books (id serial primary key, dream_storage_id text);"
      "create table book_assignments (id serial primary key, book_id integer not null references books on delete "
      "cascade,"
      "  school_id integer not null, teacher_id integer not null,"
      "  constraint uq_book_assignment unique (book_id, school_id, teacher_id));"
      "create index ix_book_assignments_book_id on book_assignments (book_id)");
  CHECK(notes_of(*database, R"(op.drop_foreign_key { table = "book_assignments", columns = { "book_id" } })") ==
        std::vector<std::string>{"drop_foreign_key book_assignments.(book_id) is book_assignments_book_id_fkey"});
  CHECK(notes_of(*database, R"(op.drop_column { table = "book_assignments", name = "book_id" })") ==
        std::vector<std::string>{
            "drop_column book_assignments.book_id also drops index ix_book_assignments_book_id (book_id)",
            "drop_column book_assignments.book_id also drops unique constraint uq_book_assignment (book_id, school_id, "
            "teacher_id)"});
  CHECK(notes_of(*database, R"(op.drop_table { name = "books" })") ==
        std::vector<std::string>{"drop_table books also drops sequence books_id_seq"});
}

TEST_CASE("a plain column and a plain table take nothing along", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query(
      "create table t (id integer primary key, a text not null default 'x' check (a <> ''), b integer); create index "
      "on t (b)");
  database->query("create table u (note text default now()::text)");
  CHECK(notes_of(*database, R"(op.drop_column { table = "u", name = "note" })").empty());
  CHECK(notes_of(*database, R"(op.drop_table { name = "t" })").empty());
}

TEST_CASE("partitions, triggers and policies go with a table and are named", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query(
      "create table events (at date) partition by range (at);"
      "create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');"
      "create function f() returns trigger language plpgsql as 'begin return null; end';"
      "create trigger audit after insert on events for each row execute function f();"
      "create policy own on events using (true)");
  CHECK(notes_of(*database, R"(op.drop_table { name = "events" })") ==
        std::vector<std::string>{"drop_table events also drops policy own on table events",
                                 "drop_table events also drops table events_2025",
                                 "drop_table events also drops trigger audit on table events"});
}

TEST_CASE("without cascade nothing is said of what PostgreSQL will refuse to drop", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query("create table t (a integer); create view v as select a from t");
  Collected notes;
  CHECK_THROWS_AS(tests::read_call(R"(op.drop_column { table = "t", name = "a" })")->run(*database, notes),
                  base::Error);
  CHECK(notes.texts.empty());
}

TEST_CASE("without a database nothing is asked and the statement is written", "[operations]") {
  std::string script;
  postgres::RecordingSession session([&script](std::string_view text) { script += text; });
  CHECK(notes_of(session, R"(op.drop_column { table = "t", name = "a" })").empty());
  CHECK(script == "ALTER TABLE \"t\" DROP COLUMN \"a\";\n");
}

TEST_CASE("a schema written into a name is explained when the table is not found", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query("create schema app; create table app.orders (id integer)");
  Collected notes;
  try {
    tests::read_call(R"(op.add_column { table = "app.orders", name = "note", type = "text" })")->run(*database, notes);
    FAIL("the table was found");
  } catch (const base::Error& error) {
    CHECK(error.advice() == "a name is taken as it is, dot included; write schema = \"app\", table = \"orders\"");
  }
}

TEST_CASE("what cannot run in a transaction is refused before it is sent", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query("create table t (a integer)");
  database->query("begin");
  Collected notes;
  for (const char* call : {R"(op.create_index { table = "t", columns = "a", concurrently = true })",
                           R"lua(op.execute("create index concurrently on t (a)"))lua"}) {
    try {
      tests::read_call(call)->run(*database, notes);
      FAIL("it was sent");
    } catch (const base::Error& error) {
      CHECK(error.code() == base::code::needs_no_transaction);
    }
  }
  CHECK(database->transaction_status() == postgres::TransactionStatus::in_transaction);
}

TEST_CASE("many rows are inserted in parts, and their values arrive", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query("create table t (id integer, name text, tags text[], data jsonb, n numeric)");
  Collected notes;
  tests::read_call(R"(op.bulk_insert { table = "t", rows = (function()
    local rows = {}
    for i = 1, 2500 do rows[i] = { id = i, name = "it's " .. i, tags = { "a", 'q"\\', "null", "" }, data = { k = { i, true } }, n = 0.5 } end
    return rows
  end)() })")
      ->run(*database, notes);
  const auto row = database->query(
      "select count(*), count(distinct id), max(name) filter (where id = 2500), max(tags::text), max(data::text) "
      "filter (where id = 7), sum(n) from t");
  CHECK(row.text(0, 0) == "2500");
  CHECK(row.text(0, 1) == "2500");
  CHECK(row.text(0, 2) == "it's 2500");
  CHECK(row.text(0, 3) == R"({a,"q\"\\","null",""})");
  CHECK(row.text(0, 4) == R"({"k": [7, true]})");
  CHECK(row.text(0, 5) == "1250.0");
}

TEST_CASE("a failing statement of a file is named with its line", "[operations][postgres]") {
  const auto database = postgres::Connection::open(tests::fresh_database());
  database->query("create table colours (id integer)");
  Collected notes;
  const std::string path = WAXWING_SOURCE_DIR "/tests/operations/colours.sql";
  try {
    tests::read_call("op.execute_file { path = \"" + path + "\" }")->run(*database, notes);
    FAIL("the table was there before");
  } catch (const base::Error& error) {
    REQUIRE(error.places().size() == 1);
    CHECK(error.places().front() == path + ":1");
  }
}

TEST_CASE("a script without a database lets the server look a foreign key up", "[operations][postgres]") {
  const auto script_of = [](const std::string& call) {
    std::string script;
    postgres::RecordingSession session([&script](std::string_view text) { script += text; });
    Collected notes;
    tests::read_call(call)->run(session, notes);
    return script;
  };
  const auto database = tests::connect(tests::fresh_database());
  database->query(
      "create table a (id int primary key, \"N'1\" int, unique (id, \"N'1\")); create table b (id int primary key); "
      "create table \"C\" (x int constraint fk_1 references a constraint fk_2 references b, y int, "
      "constraint fk_3 foreign key (x, y) references a (id, \"N'1\"))");
  const auto left = [&] {
    return database->query("select string_agg(conname, ' ' order by conname) from pg_constraint where contype = 'f'")
        .text(0, 0);
  };
  CHECK_THROWS_AS(database->query(script_of(R"(op.drop_foreign_key { table = "C", columns = "x" })")),
                  postgres::SqlError);
  CHECK_THROWS_AS(database->query(script_of(R"(op.drop_foreign_key { table = "C", columns = "y" })")),
                  postgres::SqlError);
  CHECK(left() == "fk_1 fk_2 fk_3");
  database->query(script_of(R"(op.drop_foreign_key { table = "C", columns = "y", if_exists = true })"));
  database->query(script_of(R"(op.drop_foreign_key { table = "C", columns = "x", references = "b" })"));
  CHECK(left() == "fk_1 fk_3");
  database->query(script_of(R"(op.drop_foreign_key { table = "C", columns = { "y", "x" } })"));
  CHECK(left() == "fk_1");
}
