// A column that is renamed online has both names until the contract: whoever knows only one of them reads what the
// others write.
#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/snapshots.hpp"

using tests::run;
using tests::snapshot_of;
using tests::TestProject;

namespace {

/// b renames, c is the contract. `columns` are those of orders.
void prepare(TestProject& files, const std::string& columns, const std::string& more = "",
             const std::string& header = ", transaction = 'none'") {
  files.migration("a", "",
                  "db.execute([[create table orders (id bigserial primary key, " + columns + "); " + more + "]])");
  files.migration("b", "a", "op.rename_column { table = 'orders', name = 'note', to = 'Remark', online = true }",
                  "op.abort_column_change { table = 'orders', column = 'note' }", header);
  files.migration("c", "b", "op.contract_column_change { table = 'orders', column = 'Remark' }");
  run(files, "upgrade", "a");
}

constexpr const char* rows = "insert into orders (note) select 'n' || i from generate_series(1, 1500) i";

std::string inserted(const TestProject& files, const std::string& columns, const std::string& values) {
  return files.value("insert into orders (" + columns + ") values (" + values +
                     ") returning coalesce(note::text, 'NULL') || '=' || coalesce(\"Remark\"::text, 'NULL')");
}

base::Error refusal(TestProject& files) {
  try {
    run(files, "upgrade", "b");
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("it was renamed");
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("a column that is renamed online has both names", "[migrate][online]") {
  TestProject files;
  prepare(files, "note text not null check (note <> ''), unique (note)",
          std::string(rows) +
              "; create index on orders (lower(note)) where note <> 'x'; comment on column orders.note is 'a note'; "
              "grant update (note) on orders to public; create view notes as select id, note from orders; create "
              "table marks (note text references orders (note) on update cascade); insert into marks values ('n7')",
          GENERATE("", ", transaction = 'none'"));
  const schema::Snapshot before = snapshot_of(files.url());
  run(files, "upgrade", "b");
  CHECK(files.value("select count(*) from orders where note = \"Remark\"") == "1500");
  CHECK(files.value("select note from notes where id = 3") == "n3");
  SECTION("whoever writes either name, the other follows") {
    CHECK(inserted(files, "note", "'old'") == "old=old");
    CHECK(inserted(files, "\"Remark\"", "'new'") == "new=new");
    CHECK(files.value("update orders set note = 'o' where id = 1 returning \"Remark\"") == "o");
    CHECK(files.value("update orders set \"Remark\" = 'r' where id = 2 returning note") == "r");
    CHECK(files.value("update orders set \"Remark\" = 'leads', note = 'follows' where id = 3 returning note") ==
          "leads");
    CHECK(files.value("insert into orders (note) values ('r') on conflict (note) do update set note = 'again' "
                      "returning \"Remark\"") == "again");
    CHECK(files.value("update orders set note = 'm7' where id = 7 returning (select note from marks)") == "n7");
    CHECK(files.value("select note from marks") == "m7");
    CHECK_THROWS_WITH(inserted(files, "note", "''"), ContainsSubstring("orders_note_check"));
    CHECK_THROWS_WITH(inserted(files, "id", "default"), ContainsSubstring("not-null"));
    CHECK_THROWS_WITH(inserted(files, "note", "'n9'"), ContainsSubstring("orders_note_"));
  }
  SECTION("the old name is found by an index too") {
    CHECK_THAT(files.value("select string_agg(indexdef, ' ') from pg_indexes where tablename = 'orders'"),
               ContainsSubstring("btree (note)") && ContainsSubstring("btree (\"Remark\")") &&
                   ContainsSubstring("btree (lower(note)) WHERE (note <> 'x'::text)"));
  }
  SECTION("an abort leads back, with what was written since") {
    files.value("update orders set \"Remark\" = 'since' where id = 5 returning 1");
    run(files, "downgrade", "a");
    CHECK(schema::compare(before, snapshot_of(files.url())).empty());
    CHECK(files.value("select note from orders where id = 5") == "since");
    run(files, "upgrade", "head");
    CHECK(files.value("select \"Remark\" from orders where id = 5") == "since");
  }
  SECTION("after the contract it is as if it had been renamed at once") {
    run(files, "upgrade", "c");
    const schema::Snapshot renamed = snapshot_of(files.url());
    TestProject at_once;
    at_once.migration(
        "a", "",
        "db.execute([[create table orders (id bigserial primary key, note text not null check (note <> ''), unique "
        "(note)); " +
            std::string(rows) +
            "; create index on orders (lower(note)) where note <> 'x'; comment on column orders.note is 'a note'; "
            "grant update (note) on orders to public; create view notes as select id, note from orders; create "
            "table marks (note text references orders (note) on update cascade)]]) op.rename_column { table = "
            "'orders', name = 'note', to = 'Remark' }");
    run(at_once, "upgrade", "head");
    CHECK(schema::compare(renamed, snapshot_of(at_once.url())).empty());
  }
}

TEST_CASE("a default is that of whichever name was not written", "[migrate][online]") {
  TestProject files;
  SECTION("one that is the same in each row") {
    prepare(files, "note numeric(6,2) default 1 + 6");
    run(files, "upgrade", "b");
    CHECK(inserted(files, "id", "default") == "7.00=7.00");
    CHECK(inserted(files, "note", "8") == "8.00=8.00");
    CHECK(inserted(files, "\"Remark\"", "9") == "9.00=9.00");
    CHECK(inserted(files, "note", "null") == "NULL=NULL");
    CHECK(inserted(files, "\"Remark\"", "null") == "NULL=NULL");
    CHECK(inserted(files, "\"Remark\"", "7") == "7.00=7.00");
  }
  SECTION("a sequence") {
    prepare(files, "note integer generated by default as identity (start 40)");
    run(files, "upgrade", "b");
    CHECK(inserted(files, "id", "default") == "40=40");
    CHECK(inserted(files, "note", "8") == "8=8");
    CHECK(inserted(files, "\"Remark\"", "9") == "9=9");
  }
  SECTION("a moment") {
    prepare(files, "note timestamptz default now()");
    run(files, "upgrade", "b");
    CHECK(files.value("insert into orders default values returning note = \"Remark\" and note = now()") == "t");
    CHECK(files.value("insert into orders (note) values ('2001-01-01') returning \"Remark\"::date") == "2001-01-01");
  }
  run(files, "upgrade", "c");
  CHECK(files.value("select count(*) from pg_attribute where attrelid = 'orders'::regclass and attname = 'note'") ==
        "0");
}

TEST_CASE("a column cannot have two names where a trigger would know only one", "[migrate][online]") {
  struct Refusal {
    const char *columns, *more, *named;
  };
  const Refusal given =
      GENERATE(Refusal{"note text",
                       "create function lower_note() returns trigger language plpgsql as 'begin new.note := "
                       "lower(new.note); return new; end'; create trigger low before insert on orders for each row "
                       "execute function lower_note()",
                       "the trigger low of public.orders, whose function speaks of note"},
               Refusal{"note text",
                       "create function f() returns trigger language plpgsql as 'begin return new; end'; create "
                       "trigger t after update of note on orders for each row execute function f()",
                       "fires on UPDATE OF note"},
               Refusal{"note text generated always as ('x') stored", "", "the generated column public.orders.note"},
               Refusal{"note text, \"Remark\" text", "", "has a column \"Remark\" already"},
               Refusal{"note text, note__new text", "", "has a column \"note__new\" already"},
               Refusal{"remark text", "", "has no column \"note\""});
  TestProject files;
  prepare(files, given.columns, given.more);
  const schema::Snapshot before = snapshot_of(files.url());
  CHECK_THAT(base::render(refusal(files)), ContainsSubstring(given.named));
  CHECK(schema::compare(before, snapshot_of(files.url())).empty());
}

TEST_CASE("a table has one online change at a time, also of names", "[migrate][online]") {
  TestProject files;
  prepare(files, "note text", "create function f() returns trigger language plpgsql as 'begin return new; end'");
  run(files, "upgrade", "b");
  // Another change of the same table waits for this one.
  files.migration("d", "b", "op.rename_column { table = 'orders', name = 'id', to = 'key', online = true }", "",
                  ", transaction = 'none'");
  try {
    run(files, "upgrade", "d");
    FAIL("two changes of one table");
  } catch (const base::Error& error) {
    CHECK(error.code().id == std::string("WAX-6061"));
  }
}
