// db.transform, db.stream, db.copy_in, db.import_csv and db.export_csv as migrations use them.
#include "migrate/touched.hpp"
#include "support/catch.hpp"
#include "support/other_pace.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

namespace {

/// Applies SQL outside of migrations.
void prepare(const TestProject& files, const std::string& sql) { files.connect()->query(sql); }

/// Runs a body as the upgrade of a revision; "" or what went wrong.
std::string upgrade(TestProject& files, const std::string& body, const std::string& header = "") {
  static int number = 0;
  const std::string id = "t" + std::to_string(++number);
  files.migration(id, "", body, "", header);
  std::string outcome;
  try {
    migrate::Project project = files.open();
    migrate::LockedDatabase database(project, files.console);
    const auto steps = revisions::plan_upgrade(project.graph(), database.applied(), id);
    migrate::run_steps(project, database, steps, {"upgrade", id, false}, files.console);
  } catch (const base::Error& error) {
    outcome = std::string(error.code().id) + " " + (error.places().empty() ? "" : error.places().front()) + ": " +
              error.what() + " | " + error.cause();
  }
  files.value("delete from waxwing.revision");
  return outcome;
}

const std::string books =
    "create table books (id bigint primary key, title text not null, price numeric(8,2), pages int);"
    "insert into books select i, 'Book ' || i, i * 1.5, i from generate_series(1, 100) as i";

/// Both modes, with the rest of the arguments.
std::string transform(const std::string& mode, const std::string& table, const std::string& function,
                      const std::string& more = "") {
  return "local done = db.transform { table = '" + table + "', mode = '" + mode + "', " + more + " function(row) " +
         function +
         " end }\n db.execute('create table if not exists seen (what text)')"
         "\n db.execute('insert into seen values ($1)', done.read .. ' ' .. done.changed .. ' ' .. done.deleted)\n";
}

}  // namespace

TEST_CASE("a function sees each row once, in both modes, and changes, leaves or deletes it", "[rows]") {
  for (const std::string mode : {"update", "rebuild"}) {
    INFO(mode);
    TestProject files;
    prepare(files, books);
    CHECK(upgrade(files, transform(mode, "books",
                                   "if row.id % 10 == 0 then return 'delete' end\n"
                                   "if row.id % 2 == 1 then row.title = row.title:upper() .. '\\t\\\\n'\n row.pages = "
                                   "nil end")) == "");
    CHECK(files.value("select what from seen") == "100 50 10");
    CHECK(files.value("select count(*) from books") == "90");
    CHECK(files.value("select pages is null from books where id = 7") == "t");
    CHECK(files.value("select title from books where id = 7") == "BOOK 7\t\\n");
    CHECK(files.value("select title || price || pages from books where id = 8") == "Book 812.008");
    CHECK(files.value("select count(*) from books where id % 10 = 0") == "0");
  }
}

TEST_CASE("a condition and a list of columns limit what a function sees", "[rows]") {
  for (const std::string mode : {"update", "rebuild"}) {
    INFO(mode);
    TestProject files;
    prepare(files, books);
    CHECK(upgrade(files, transform(mode, "books", "row.title = 'x'",
                                   "where = \"id <= 3 -- a comment\", columns = { 'title' },")) == "");
    CHECK(files.value("select what from seen") == "3 3 0");
    CHECK(files.value("select count(*) from books") == "100");
    CHECK(files.value("select string_agg(id::text, ',' order by id) from books where title = 'x'") == "1,2,3");
    CHECK_THAT(upgrade(files, transform(mode, "books", "row.pages = 1", "columns = { 'title' },")),
               ContainsSubstring("the row has no column \"pages\"") && ContainsSubstring("row 1 of books (id = "));
    CHECK_THAT(upgrade(files, transform(mode, "books", "row.id = 1", "columns = { 'title' },")),
               ContainsSubstring("column \"id\" cannot be assigned: it is the key"));
    CHECK_THAT(upgrade(files, transform(mode, "books", "row.titel = 1")), ContainsSubstring("did you mean \"title\""));
    CHECK_THAT(upgrade(files, transform(mode, "books", "return false")),
               ContainsSubstring("the function returned a boolean"));
    CHECK(files.value("select count(*) from books where pages = id and title <> 'x'") == "97");
  }
}

TEST_CASE("a transform sees what its own transaction has changed", "[rows]") {
  for (const std::string mode : {"update", "rebuild"}) {
    INFO(mode);
    TestProject files;
    prepare(files, books);
    CHECK(upgrade(files,
                  "db.execute('update books set pages = 1000') op.add_column { table = 'books', name = 'size', "
                  "type = 'text' }\n" +
                      transform(mode, "books", "row.size = row.pages == 1000 and 'large' or 'small'") +
                      "db.execute([[update books set title = 'after' where size = 'large']])") == "");
    CHECK(files.value("select count(*) from books where title = 'after'") == "100");
  }
}

TEST_CASE("every type passes through a row unharmed, read or written", "[rows][values]") {
  const std::string table =
      "create type mood as enum ('low', 'high'); create domain positive as bigint check (value > 0);"
      "create domain small as positive check (value < 9007199254740999); create type pair as (a int, b text);"
      "create schema \"Odd\"; create table \"Odd\".\"Ta\"\"ble\" (\"Id\" int primary key, big bigint, n numeric, f4 "
      "real,"
      " f8 double precision, d date, ts timestamptz, flag boolean, b bytea, js json, jb jsonb, ints int[], texts "
      "text[],"
      " bytes bytea[], m mood, dom small, r int4range, p pair, u uuid, \"Mixed Case\" text, moods mood[],"
      " double_big numeric generated always as (n * 2) stored, ident int generated always as identity);"
      "insert into \"Odd\".\"Ta\"\"ble\" values (1, 9007199254740993, 'NaN', 'NaN', '-Infinity', '0044-03-15 BC',"
      " 'infinity', true, '\\x00ff5c0a', '{\"n\": 12345678901234567890}', '{\"a\": 9007199254740993}', '{1,NULL,3}',"
      " '{\"NULL\",NULL,\"a\\\\\\\"b,\"}', '{\"\\\\x00ff\"}', 'high', 9007199254740993, '[1,5)', '(1,\"x,y\")',"
      " '00000000-0000-0000-0000-000000000001', E'tab\\tline\\nback\\\\slash', '{low,NULL}'),"
      " (2, -9223372036854775808, 123456789012345678901234567890.123456789, 0.1, 1e-300, 'infinity', '2020-01-01', "
      "false,"
      " '', null, null, '{{1,2},{3,4}}', '{}', null, null, null, 'empty', null, null, '\\N', null)";
  const std::string all = "select md5(string_agg(t::text, '' order by \"Id\")) from \"Odd\".\"Ta\"\"ble\" as t";
  for (const std::string mode : {"update", "rebuild"}) {
    INFO(mode);
    TestProject files;
    prepare(files, table);
    const std::string before = files.value(all);
    const std::string names =
        "'big', 'n', 'f4', 'f8', 'd', 'ts', 'flag', 'b', 'js', 'jb', 'ints', 'texts', 'bytes', 'm', 'dom', 'r', 'p', "
        "'u', 'Mixed Case', 'moods'";
    CHECK(upgrade(files,
                  transform(mode, "Ta\"ble", "for _, name in ipairs { " + names + " } do row[name] = row[name] end",
                            "schema = 'Odd',")) == "");
    CHECK(files.value("select what from seen") == "2 2 0");
    CHECK(files.value(all) == before);
    CHECK(
        upgrade(files, transform(mode, "Ta\"ble",
                                 "if row.Id == 1 then\n"
                                 "assert(tostring(row.big) == '9007199254740993' and type(row.big) == 'userdata')\n"
                                 "assert(row.n == 'NaN' and row.f8 == -math.huge and row.d == '0044-03-15 BC')\n"
                                 "assert(row.flag == true and row.b == '\\0\\255\\92\\10' and row.ints[2] == db.null)\n"
                                 "assert(row.texts[1] == 'NULL' and row.texts[2] == db.null and row.bytes[1] == "
                                 "'\\0\\255')\n"
                                 "assert(row.js == '{\"n\": 12345678901234567890}' and row.p == '(1,\"x,y\")')\n"
                                 "assert(row['Mixed Case'] == 'tab\\tline\\nback\\\\slash' and row.double_big == "
                                 "'NaN')\n"
                                 "local kept = row:copy() assert(kept.m == 'high' and kept.moods == '{low,NULL}')\n"
                                 "row.big = row.big + 1 row.n = 0.1 row.ints = { 7, db.null } row.b = '\\\\x41'\n"
                                 "row.texts = { 'a\"b', '\\\\' } row.flag = db.null row.bytes = { '\\1' }\n"
                                 "assert(tostring(row.big) == '9007199254740994' and row.flag == nil and row.ints[2] "
                                 "== db.null)\n"
                                 "else assert(row.m == nil and row['Mixed Case'] == '\\\\N' and row.ints[2][1] == 3) "
                                 "end",
                                 "schema = 'Odd',")) == "");
    CHECK(files.value("select concat_ws(' ', big, n, ints, b, texts, flag is null, bytes, double_big) from "
                      "\"Odd\".\"Ta\"\"ble\" where \"Id\" = 1") ==
          "9007199254740994 0.1 {7,NULL} \\x5c783431 {\"a\\\"b\",\"\\\\\"} t {\"\\\\x01\"} 0.2");
    CHECK_THAT(upgrade(files, transform(mode, "Ta\"ble", "row.double_big = 1", "schema = 'Odd',")),
               ContainsSubstring("it is generated"));
    CHECK_THAT(upgrade(files, transform(mode, "Ta\"ble", "row.js = { a = 1 }", "schema = 'Odd',")),
               ContainsSubstring("column \"js\": a table is no JSON yet"));
    CHECK_THAT(upgrade(files, transform(mode, "Ta\"ble", "row.dom = -1", "schema = 'Odd',")),
               ContainsSubstring("(Id = ") && ContainsSubstring("violates check constraint"));
    const std::string identity = upgrade(files, transform(mode, "Ta\"ble", "row.ident = row.ident", "schema = 'Odd',"));
    if (mode == "update")
      CHECK_THAT(identity, ContainsSubstring("GENERATED ALWAYS AS IDENTITY"));
    else
      CHECK(identity == "");
  }
}

TEST_CASE("what a function or a value does wrong is told with row, key, column and line", "[rows]") {
  TestProject files;
  prepare(files, books);
  for (const std::string mode : {"update", "rebuild"}) {
    INFO(mode);
    const std::string failing = upgrade(files, transform(mode, "books", "if row.id == 42 then error('not this') end"));
    CHECK_THAT(failing, ContainsSubstring("WAX-3030") && ContainsSubstring(".lua:4") &&
                            ContainsSubstring("db.transform: row 42 of books (id = 42): not this"));
    CHECK_THAT(upgrade(files, transform(mode, "books", "if row.id == 42 then row.pages = 'many' end")),
               ContainsSubstring(mode == "rebuild" ? "db.transform: row 42 of books (id = 42), column pages, line 42"
                                                   : "db.transform: row of books (id = 42), column pages, line 1"));
    CHECK_THAT(upgrade(files, transform(mode, "books", "db.value('select 1')")),
               ContainsSubstring("WAX-3032") && ContainsSubstring("row 1 of books"));
    CHECK_THAT(upgrade(files, "local kept\n" + transform(mode, "books", "kept = kept or row") + "log.info(kept.id)"),
               ContainsSubstring("WAX-3031"));
    CHECK_THAT(upgrade(files, "local kept\n" + transform(mode, "books", "kept = kept or row\n kept.id = 1")),
               ContainsSubstring("WAX-3031"));
    CHECK(upgrade(files, "local ok = db.savepoint(function()\n" + transform(mode, "books", "error('no')") +
                             "end)\nassert(not ok)\n" + transform(mode, "books", "row.title = 'second'")) == "");
    CHECK(files.value("select count(*) from books where title = 'second'") == "100");
  }
  CHECK_THAT(upgrade(files, transform("update", "boks", "")), ContainsSubstring("there is no table \"boks\""));
  CHECK_THAT(upgrade(files, "db.transform { table = 'books', mode = 'swap', function() end }"),
             ContainsSubstring("modes are \"update\" and \"rebuild\""));
  CHECK_THAT(upgrade(files, "db.transform { table = 'books' }"), ContainsSubstring("the function is missing"));
  CHECK_THAT(upgrade(files, "db.transform { table = 'books', tabel = 1, function() end }"),
             ContainsSubstring("unknown key \"tabel\""));
}

TEST_CASE("functions quick and slow rebuild the same rows, and are told wrong in the same words", "[rows][rebuild]") {
  for (const bool is_quick : {true, false}) {
    INFO(is_quick);
    TestProject files;
    prepare(files,
            "create table books (id bigint primary key, title text not null, pages int, twice bigint generated "
            "always as (id * 2) stored); insert into books select i, 'Book ' || i, i from "
            "generate_series(1, 5000) as i");
    const auto attempt = [&](const std::string& function, const std::string& more = "") {
      const tests::OtherPace pace(is_quick ? 0 : 1'000'000);
      return upgrade(files, transform(std::string("rebuild"), "books", function, more));
    };
    const std::string deletes = "if row.id % 10 == 0 then return 'delete' end\n";
    CHECK_THAT(attempt(deletes + "if row.id == 4242 then row.pages = 'many' end"),
               ContainsSubstring("db.transform: row 4242 of books (id = 4242), column pages, line 3818"));
    CHECK_THAT(attempt(deletes + "if row.id == 4242 then error('not this') end"),
               ContainsSubstring("db.transform: row 4242 of books (id = 4242): not this"));
    CHECK_THAT(attempt("if row.id > 4000 then db.value('select 1') end"), ContainsSubstring("WAX-3032"));
    CHECK_THAT(attempt("if row.id > 4000 then return row.id end"),
               ContainsSubstring("row 4001 of books (id = 4001): the function returned"));
    CHECK(files.value("select count(*) || ' ' || sum(pages) from books") == "5000 12502500");
    CHECK(attempt(deletes + "if row.id % 2 == 0 then row.title = row.title .. '\\t\\n\\\\' end",
                  "where = \"id <> 20\",") == "");
    CHECK(files.value("select what from seen") == "4999 2000 499");
    CHECK(files.value("select count(*) from books where title like E'Book %\\t\\n\\\\\\\\' and twice = id * 2") ==
          "2000");
    CHECK(files.value("select count(*) || ' ' || count(*) filter (where title = 'Book ' || id) from books") ==
          "4501 2501");
  }
}

TEST_CASE("a rebuilt table keeps all that hangs on it", "[rows][rebuild]") {
  TestProject files;
  prepare(
      files,
      "create table authors (id int primary key); insert into authors values (1), (2);"
      "create table parents (id int primary key, note text);"
      "create table works (id int primary key, author int not null constraint works_author references authors"
      " deferrable initially deferred, parent int, title text default 'none', size int generated always as"
      " (length(title)) stored, constraint works_parent foreign key (parent) references works (id),"
      " constraint odd check (title <> 'odd')) with (fillfactor = 70);"
      "create table copies (id int primary key, work int constraint copies_work references works on delete cascade);"
      "create table old_copies (work int); insert into old_copies values (99);"
      "alter table old_copies add constraint old_copies_work foreign key (work) references works not valid;"
      "comment on constraint copies_work on copies is 'it''s a copy'; comment on table works is 'all works';"
      "create index works_title on works (lower(title)); create statistics works_s on author, title from works;"
      "create view titles as select title, count(*) from works group by id;"
      "create function touch() returns trigger language plpgsql as 'begin raise exception ''fired''; end';"
      "insert into works values (1, 1, null, 'one'), (2, 2, 1, 'two'); insert into copies values (5, 1); set "
      "constraints all immediate;"
      "create trigger a_touch before insert on works for each row execute function touch();"
      "create trigger b_touch after insert or truncate on works for each statement execute function touch();"
      "create trigger c_off before insert on works for each row execute function touch();"
      "alter table works disable trigger c_off; alter table works enable always trigger b_touch;"
      "alter table works replica identity full; create policy mine on works using (true);"
      "grant select (title) on works to public; create publication p for table works");
  const std::string description =
      "select string_agg(line, E'\\n' order by line) from (select conname || pg_get_constraintdef(oid) || convalidated "
      "|| "
      "coalesce(obj_description(oid), '') as line from pg_constraint where connamespace = 'public'::regnamespace union "
      "all "
      "select concat(tgname, tgenabled, tgrelid::regclass) from pg_trigger where not tgisinternal union all select "
      "pg_get_indexdef(indexrelid) from pg_index where indrelid = 'works'::regclass union all select concat(oid, "
      "relacl, "
      "reloptions, relreplident, obj_description(oid)) from pg_class where oid = 'works'::regclass union all select "
      "prrelid::regclass::text from pg_publication_rel union all select pg_get_viewdef('titles')) as lines";
  const std::string before = files.value(description);
  REQUIRE_THAT(before, ContainsSubstring("works_author") && ContainsSubstring("NOT VALID"));
  CHECK(upgrade(files, transform("rebuild", "works", "row.title = row.title .. '!'")) == "");
  CHECK(files.value(description) == before);
  CHECK(files.value("select string_agg(title || size, ',' order by id) from works") == "one!4,two!4");
  CHECK(files.value("select count(*) from titles") == "2");
  CHECK_THAT(upgrade(files, transform("rebuild", "works", "if row.id == 1 then return 'delete' end")),
             ContainsSubstring("violates foreign key constraint"));
  CHECK(files.value("select count(*) from works") == "2");
  CHECK_THAT(upgrade(files, transform("rebuild", "works", "row.title = 'odd'")),
             ContainsSubstring("row 1 of works (id = 1)") && ContainsSubstring("violates check constraint \"odd\""));
  CHECK(files.value(description) == before);
}

TEST_CASE("partitions are filled by their key, and what cannot be rebuilt is refused by its name", "[rows][rebuild]") {
  TestProject files;
  prepare(files,
          "create table events (id int, day date, note text, primary key (id, day)) partition by range (day);"
          "create table events_1 partition of events for values from ('2020-01-01') to ('2021-01-01');"
          "create table events_2 partition of events for values from ('2021-01-01') to ('2022-01-01');"
          "insert into events values (1, '2020-05-05', 'a'), (2, '2021-05-05', 'b');"
          "create table refs (id int, day date, foreign key (id, day) references events);"
          "create table parent (id int primary key); create table child (extra text) inherits (parent);"
          "insert into child values (1, 'x'); create table keyless (v text); insert into keyless values ('a'), ('a')");
  for (const std::string mode : {"update", "rebuild"}) {
    INFO(mode);
    CHECK(upgrade(files, transform(mode, "events",
                                   "row.day = row.day:sub(1, 4) == '2020' and '2021-01-02' or '2020-01-02'")) == "");
  }
  CHECK(files.value("select string_agg(id || tableoid::regclass::text, ',' order by id) from events") ==
        "1events_1,2events_2");
  CHECK_THAT(upgrade(files, transform("rebuild", "events_1", "row.note = 'x'")),
             ContainsSubstring("WAX-3034") && ContainsSubstring("leads to the partitioned table"));
  CHECK(upgrade(files, transform("update", "events_1", "row.note = 'x'")) == "");
  CHECK_THAT(upgrade(files, transform("rebuild", "parent", "row.id = 1")), ContainsSubstring("other tables inherit"));
  CHECK_THAT(upgrade(files, transform("update", "parent", "row.id = 1")), ContainsSubstring("other tables inherit"));
  CHECK(upgrade(files, transform("rebuild", "child", "row.extra = 'y'")) == "");
  CHECK(files.value("select extra from child") == "y");
  CHECK_THAT(upgrade(files, transform("update", "keyless", "row.v = 'b'")), ContainsSubstring("no primary key"));
  CHECK(upgrade(files, transform("rebuild", "keyless", "row.v = 'b'")) == "");
  CHECK(files.value("select string_agg(v, '') from keyless") == "bb");
}

TEST_CASE("a stream is read row by row while its loop uses the database", "[rows]") {
  TestProject files;
  prepare(files, books);
  CHECK(
      upgrade(files,
              "local sum, kept = 0, {}\n"
              "for row in db.stream('select id, title, null::int as nothing, array[id] as ids, 9007199254740993 as big "
              "from books where id > $1 and title <> $2 order by id -- all', 50, \"it's\") do\n"
              "  assert(row.nothing == nil and row.ids[1] == row.id and tostring(row.big) == '9007199254740993')\n"
              "  db.execute('update books set pages = 0 where id = $1', row.id)\n"
              "  for other in db.stream('select 1 as one') do sum = sum + other.one end\n"
              "  kept[#kept + 1] = row:copy()\nend\n"
              "assert(sum == 50 and #kept == 50 and kept[50].title == 'Book 100')\n"
              "for row in db.stream('select 1 as x where false') do error('none') end\n"
              "local last for row in db.stream('select 1 as x') do last = row break end\n"
              "assert(last.x == 1)") == "");
  CHECK(files.value("select count(*) from books where pages = 0") == "50");
  CHECK_THAT(upgrade(files, "for row in db.stream('select 1 as x') do row.x = 2 end"),
             ContainsSubstring("rows of db.stream are only read"));
  CHECK_THAT(upgrade(files,
                     "local kept for row in db.stream('select generate_series(1, 2) as x') do kept = kept or row "
                     "end log.info(kept.x)"),
             ContainsSubstring("WAX-3031"));
  CHECK_THAT(upgrade(files, "for row in db.stream('select 1) to stdout; rollback; select (1') do end"),
             ContainsSubstring("takes one query"));
  CHECK_THAT(upgrade(files, "for row in db.stream('select nothing') do end"), ContainsSubstring("nothing"));
}

TEST_CASE("rows from a function or a list are copied in", "[rows]") {
  TestProject files;
  prepare(files, books);
  CHECK(
      upgrade(files,
              "local n = 100\n"
              "assert(db.copy_in('books', { 'id', 'title', 'price' }, function()\n"
              "  n = n + 1 if n > 1100 then return nil end\n"
              "  if n % 2 == 0 then return { n, 'list ' .. n } end\n"
              "  return { id = n, title = 'tab\\t' .. n, price = '1.50' }\nend) == 1000)\n"
              "assert(db.copy_in('public.books', { 'id', 'title' }, { { 2000, 'x' }, { 2001, 'y' } }) == 2)\n"
              "assert(db.copy_in('books', { 'id', 'title' }, db.stream('select id + 5000 as id, title from books where "
              "id < 10')) == 9)\n"
              "assert(db.copy_in('books', { 'id' }, function() end) == 0)") == "");
  CHECK(files.value("select count(*) || ' ' || count(price) || ' ' || max(id) from books") == "1111 600 5009");
  CHECK_THAT(upgrade(files, "db.copy_in('books', { 'id', 'title' }, { { id = 1, titel = 'x' } })"),
             ContainsSubstring("row 1 for books: it has \"titel\""));
  CHECK_THAT(upgrade(files, "db.copy_in('books', { 'id', 'title' }, { { 9000, 'a' }, { 'x', 'b' } })"),
             ContainsSubstring("row 2 does not fit books"));
  CHECK_THAT(upgrade(files, "db.copy_in('books', { 'id' }, function() error('no more') end)"),
             ContainsSubstring("db.copy_in: behind row 0: no more"));
  CHECK_THAT(upgrade(files, "db.copy_in('books', { 'nr' }, {})"), ContainsSubstring("has no column \"nr\""));
}

TEST_CASE("CSV files of the project are imported and exported", "[rows][csv]") {
  TestProject files;
  prepare(files, books);
  files.write("waxwing.lua", "return { lock_wait_s = 0, allow = { 'files' } }");
  files.write("data/books.csv", "\xEF\xBB\xBFtitle,id,price\n\"a, \"\"quoted\"\"\nline\",201,1.5\nplain,202,\n");
  CHECK(
      upgrade(files,
              "assert(db.import_csv { file = 'data/books.csv', table = 'books' } == 2)\n"
              "assert(db.export_csv { file = 'out/some.csv', sql = 'select id, title, price from books where id > 200 "
              "order by id' } == 2)\n"
              "assert(db.export_csv { file = 'out/all.csv', table = 'books', columns = { 'id' }, header = false } == "
              "102)") == "");
  CHECK(files.value(
            "select string_agg(title || coalesce(price::text, '-'), '|' order by id) from books where id > 200") ==
        "a, \"quoted\"\nline1.50|plain-");
  CHECK(base::read_file(files.path() + "/out/some.csv") ==
        "id,title,price\n201,\"a, \"\"quoted\"\"\nline\",1.50\n202,plain,\n");
  files.write("data/bad.csv", "id;title;pages\n301;a;7\n302;b;many\n");
  CHECK_THAT(upgrade(files, "db.import_csv { file = 'data/bad.csv', table = 'books', delimiter = ';' }"),
             ContainsSubstring("line 3 of data/bad.csv, column pages does not fit books"));
  files.write("data/other.csv", "id,titel\n1,x\n");
  CHECK_THAT(upgrade(files, "db.import_csv { file = 'data/other.csv', table = 'books' }"),
             ContainsSubstring("WAX-3036 data/other.csv:1") && ContainsSubstring("did you mean \"title\""));
  CHECK_THAT(upgrade(files, "db.import_csv { file = '../x.csv', table = 'books' }"), ContainsSubstring("leads out"));
  CHECK_THAT(upgrade(files, "db.import_csv { file = 'data/none.csv', table = 'books' }"),
             ContainsSubstring("there is no such file"));
  files.write("waxwing.lua", "return { lock_wait_s = 0 }");
  CHECK_THAT(upgrade(files, "db.export_csv { file = 'x.csv', table = 'books' }"), ContainsSubstring("not allowed"));
}

TEST_CASE("outside of a transaction a transform is one statement of the journal", "[rows][journal]") {
  TestProject files;
  prepare(files, books);
  const std::string once =
      "db.transform { table = 'books', mode = 'rebuild', function(row) row.pages = row.pages + 1 end }";
  const auto write = [&](const std::string& then) {
    files.migration("a", "", once + "\n" + then, "", ", transaction = 'none'");
  };
  write("db.execute('select 1/0')");
  CHECK_THROWS_AS(run(files, "upgrade", "head"), base::Error);
  CHECK(files.value("select sum(pages) from books") == "5150");
  CHECK(files.value("select count(*) from waxwing.journal") == "1");
  write("db.execute('select 1')");
  run(files, "upgrade", "head");
  CHECK(files.value("select sum(pages) from books") == "5150");
  files.migration("b", "a", "for row in db.stream('select 1 as x') do end", "", ", transaction = 'none'");
  CHECK_THROWS_WITH(run(files, "upgrade", "head"), "rows can be streamed in a transaction only");
}

TEST_CASE("a failed transform leaves no open transaction in a migration without one", "[rows][journal]") {
  TestProject files;
  prepare(files, books);
  files.migration(
      "a", "",
      "local ok = pcall(db.transform, { table = 'books', function(row) error('no') end })\n assert(not ok)\n"
      "db.execute('update books set pages = 0 where id = 1')",
      "", ", transaction = 'none'");
  run(files, "upgrade", "head");
  CHECK(files.value("select pages from books where id = 1") == "0");
}

TEST_CASE("who only looks at a migration sees that a transform changes its table", "[rows]") {
  TestProject files;
  prepare(files, books);
  files.migration("a", "", "db.transform { table = 'books', function(row) error('never run') end }");
  migrate::Project project = files.open();
  const auto connection = files.connect();
  const migrate::Touched touched =
      migrate::touched_by(project, *connection, {project.graph().find("a"), revisions::Direction::up});
  CHECK(touched.unknown == "");
  REQUIRE(touched.tables.size() == 1);
  CHECK(touched.tables[0].second == "books");
  CHECK(files.value("select count(*) from books") == "100");
}
