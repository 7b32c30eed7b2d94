// Columns change their types while others write: every value is carried over, what stands on them is as before, and
// until the contract there is a way back with all that was written since.
#include <algorithm>

#include "base/error.hpp"
#include "schema/difference.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/snapshots.hpp"

using tests::run;
using tests::snapshot_of;
using tests::TestProject;

namespace {

/// A column that is dropped leaves its place, and a new one is the last.
std::vector<std::string> lines_but_order(const schema::Difference& difference) {
  std::vector<std::string> all = tests::lines(difference);
  std::erase_if(all, [](const std::string& each) { return each.find(": column order ") != std::string::npos; });
  return all;
}

using Lines = std::vector<std::string>;

base::Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("no error");
  throw std::logic_error("unreachable");
}

void sql(const TestProject& files, const std::string& text) { files.connect()->query(text); }

/// `given` is revision a; b is the change, c its contract.
void prepare(TestProject& files, const std::string& given, const std::string& change, const std::string& end,
             const std::string& header = ", transaction = 'none'") {
  files.migration("a", "", "db.execute([[" + given + "]])");
  files.migration("b", "a", "op." + change, "op.abort_" + end, header);
  files.migration("c", "b", "op.contract_" + end);
  run(files, "upgrade", "a");
}

constexpr const char* orders =
    "create table orders (id bigserial primary key, \"Number\" integer not null default 7 check (\"Number\" > 0), note "
    "text, unique (\"Number\", id)); create index on orders (\"Number\" desc) where \"Number\" > 5; comment on column "
    "orders.\"Number\" is 'it''s the number'; create view big as select \"Number\", note from orders where \"Number\" "
    "> 100; grant select (\"Number\") on orders to public; insert into orders (\"Number\", note) select i, 'n' || i "
    "from generate_series(1, 2500) i";
constexpr const char* to_bigint =
    "change_column_type { table = 'orders', column = 'Number', to = 'bigint', online = true }";
constexpr const char* of_number = "column_change { table = 'orders', column = 'Number' }";

/// Every way in which tables hang together.
constexpr const char* people =
    "create table users (id serial primary key, email text unique, boss_id integer references users on delete set "
    "null, "
    "team_id integer);"
    "create table teams (id integer generated always as identity primary key, lead_id integer not null references "
    "users deferrable initially deferred);"
    "alter table users add foreign key (team_id) references teams;"
    "create table members (team_id integer references teams on delete cascade, user_id integer references users on "
    "update cascade on delete cascade, since date, primary key (team_id, user_id));"
    "create table badges (team_id integer, user_id integer, foreign key (team_id, user_id) references members on "
    "delete cascade, badge text primary key);"
    "create table logs (id bigserial primary key, user_id integer, text text);"
    "create index on users (boss_id); create unique index on members (user_id, team_id) include (since);"
    "create index on logs (user_id) where user_id is not null; comment on index logs_user_id_idx is 'of logs';"
    "comment on constraint users_pkey on users is 'the key';"
    "create view leads as select t.id as team, u.id as lead, u.email from teams t join users u on u.id = t.lead_id;"
    "create view lead_emails as select email, lead from leads;"
    "create function boss_of(who text) returns integer language sql as 'select 1';"
    "alter table logs replica identity full; alter table users replica identity using index users_pkey;"
    "insert into users (email, boss_id) select 'u' || i, nullif(i / 2, 0) from generate_series(1, 500) i;"
    "insert into teams (lead_id) select i * 10 from generate_series(1, 50) i;"
    "update users set team_id = 1 + id % 50;"
    "insert into members select team_id, id, '2024-01-01' from users;"
    "insert into badges select team_id, id, 'b' || id from users where id % 3 = 0;"
    "insert into logs (user_id, text) select nullif(i % 500, 0), 'l' || i from generate_series(1, 3000) i";
constexpr const char* to_uuid =
    "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online', references = 'logs.user_id' }";
constexpr const char* of_users = "primary_key { table = 'users' }";

/// What is true of the rows whatever their keys are.
constexpr const char* of_people =
    "select md5(string_agg(row, ',' order by row)) from (select concat_ws('|', u.email, b.email, t.id, l.email, "
    "(select "
    "count(*) from members m join badges using (team_id, user_id) where m.user_id = u.id), (select string_agg(text, ' "
    "' "
    "order by text) from logs where user_id = u.id)) as row from users u left join users b on b.id = u.boss_id left "
    "join teams t on t.id = u.team_id left join users l on l.id = t.lead_id) rows";

}  // namespace

TEST_CASE("a column changes its type online, and an abort leads back", "[migrate][online]") {
  TestProject files;
  prepare(files, orders, to_bigint, of_number, GENERATE("", ", transaction = 'none'"));
  const schema::Snapshot before = snapshot_of(files.url());
  run(files, "upgrade", "b");
  CHECK(files.value("select pg_typeof(\"Number\") || ' ' || pg_typeof(\"Number__old\") from orders limit 1") ==
        "bigint integer");
  CHECK(files.value("select count(*) from orders where \"Number\" <> \"Number__old\"") == "0");
  CHECK(files.value("select pg_typeof(\"Number\") from big limit 1") == "bigint");
  sql(files,
      "insert into orders (\"Number\") values (9001); insert into orders (note) values ('d'); update orders set "
      "\"Number\" = 9002 where id = 1; update orders set \"Number__old\" = 9003 where id = 2; insert into orders "
      "(\"Number\", \"Number__old\") values (null, 9004)");
  CHECK(files.value("select string_agg(\"Number\" || '=' || \"Number__old\", ' ' order by id) from orders where id in "
                    "(1, 2) or id > 2500") == "9002=9002 9003=9003 9001=9001 7=7 9004=9004");
  SECTION("abort") {
    run(files, "downgrade", "a");
    CHECK(lines_but_order(schema::compare(before, snapshot_of(files.url()))) == Lines{});
    CHECK(files.value("select string_agg(\"Number\"::text, ' ' order by id) from orders where id in (1, 2) or id > "
                      "2500") == "9002 9003 9001 7 9004");
    run(files, "upgrade", "head");
    CHECK(files.value("select count(*), sum(\"Number\") from orders") == "2503");
  }
  SECTION("contract") {
    run(files, "upgrade", "c");
    CHECK(lines_but_order(schema::compare(before, snapshot_of(files.url()))) ==
          Lines{"column public.big.\"Number\": type integer -> bigint",
                "column public.orders.\"Number\": default 7 -> (7)::bigint",
                "column public.orders.\"Number\": type integer -> bigint"});
  }
}

TEST_CASE("a key and all that refers to it change online", "[migrate][online]") {
  TestProject files;
  prepare(files, people, to_uuid, of_users);
  const schema::Snapshot before = snapshot_of(files.url());
  const std::string rows = files.value(of_people);
  run(files, "upgrade", "b");
  CHECK(files.value(of_people) == rows);
  CHECK(files.value("select pg_typeof(lead) from lead_emails limit 1") == "uuid");
  // Whoever writes now, by whichever column.
  sql(files,
      "begin; insert into teams (lead_id) values ('11111111-1111-1111-1111-111111111111'); insert into users (id, "
      "email, "
      "boss_id) values ('11111111-1111-1111-1111-111111111111', 'new', '11111111-1111-1111-1111-111111111111'); "
      "commit; "
      "insert into users (email, boss_id) select 'newer', id from users where email = 'new'; delete from logs where "
      "user_id in (select id from users where email in ('u7', 'u9')); delete from users where "
      "email in ('u7', 'u9'); update users set boss_id__old = 5 where email = 'u11'");
  CHECK(
      files.value("select count(*) from users u left join users_id_map m on m.new = u.id where m.old is distinct from "
                  "u.id__old") == "0");
  const std::string after = files.value(of_people);
  SECTION("abort") {
    run(files, "downgrade", "a");
    CHECK(lines_but_order(schema::compare(before, snapshot_of(files.url()))) == Lines{});
    CHECK(files.value(of_people) == after);
    CHECK(files.value("insert into users (email) values ('last') returning id > 500") == "t");
  }
  SECTION("contract") {
    run(files, "upgrade", "c");
    CHECK(files.value(of_people) == after);
    TestProject offline;
    prepare(offline, people, "retype_primary_key { table = 'users', to = 'uuid', references = 'logs.user_id' }",
            of_users, "");
    run(offline, "upgrade", "b");
    CHECK(lines_but_order(schema::compare(snapshot_of(offline.url()), snapshot_of(files.url()))) == Lines{});
    files.migration("d", "c", "op.restore_primary_key { table = 'users' }");
    run(files, "upgrade", "d");
    CHECK(files.value(of_people) == after);
  }
}

TEST_CASE("all keys of a schema change online, together", "[migrate][online]") {
  constexpr const char* arguments = "retype_all_primary_keys { to = 'uuid', references = 'logs.user_id -> users.id'";
  TestProject files;
  prepare(files, people, std::string(arguments) + ", strategy = 'online' }", "all_primary_keys {}");
  const schema::Snapshot before = snapshot_of(files.url());
  const auto rows_of = [](const TestProject& project) {
    // Whatever the keys of teams and logs are, who is where is the same.
    return project.value(
        "select md5(string_agg(row, ',' order by row)) from (select concat_ws('|', u.email, b.email, l.email, (select "
        "string_agg(text, ' ' order by text) from logs where user_id = u.id), (select count(*) from members m where "
        "m.team_id = t.id)) as row from users u left join users b on b.id = u.boss_id left join teams t on t.id = "
        "u.team_id left join users l on l.id = t.lead_id) rows");
  };
  const std::string rows = rows_of(files);
  run(files, "upgrade", "b");
  CHECK(rows_of(files) == rows);
  CHECK(files.value("select string_agg(distinct pg_typeof(id)::text, ' ') from (select id from users union all select "
                    "id from teams union all select id from logs) keys") == "uuid");
  sql(files,
      "insert into users (email) values ('new'); insert into teams (lead_id) select id from users where email = 'new'; "
      "update users set team_id = (select id from teams where lead_id = users.id) where email = 'new'; insert into "
      "logs "
      "(user_id, text) select id, 'hello' from users where email = 'new'");
  const std::string after = rows_of(files);
  CHECK(after != rows);
  SECTION("abort") {
    run(files, "downgrade", "a");
    CHECK(lines_but_order(schema::compare(before, snapshot_of(files.url()))) == Lines{});
    CHECK(rows_of(files) == after);
  }
  SECTION("contract") {
    run(files, "upgrade", "c");
    CHECK(rows_of(files) == after);
    TestProject offline;
    prepare(offline, people, std::string(arguments) + " }", "all_primary_keys {}", "");
    run(offline, "upgrade", "b");
    CHECK(lines_but_order(schema::compare(snapshot_of(offline.url()), snapshot_of(files.url()))) == Lines{});
    files.migration("d", "c", "schema.restore_all_primary_keys {}");
    run(files, "upgrade", "d");
    CHECK(rows_of(files) == after);
  }
}

TEST_CASE("a serial key and an identity become wider online", "[migrate][online]") {
  const std::string given = GENERATE(as<std::string>(), "id serial primary key",
                                     "id integer generated always as identity (start 10 increment 3) primary key");
  TestProject files;
  prepare(files,
          "create table users (" + given +
              "); insert into users default values; insert into users default values; create table tags (id serial "
              "primary key, user_id integer default null references users); insert into tags (user_id) select id from "
              "users",
          "retype_primary_key { table = 'users', to = 'bigint', strategy = 'online' }", of_users);
  const schema::Snapshot before = snapshot_of(files.url());
  run(files, "upgrade", "b");
  const std::string next = files.value("insert into users default values returning id");
  CHECK(next == (given.find("serial") != std::string::npos ? "3" : "16"));
  CHECK(files.value("select id__old from users where id = " + next) == next);
  SECTION("abort") {
    run(files, "downgrade", "a");
    CHECK(lines_but_order(schema::compare(before, snapshot_of(files.url()))) == Lines{});
    CHECK(files.value("insert into users default values returning id::int") ==
          (given.find("serial") != std::string::npos ? "4" : "19"));
  }
  SECTION("contract") {
    run(files, "upgrade", "c");
    CHECK(files.value("insert into users default values returning id::int") ==
          (given.find("serial") != std::string::npos ? "4" : "19"));
  }
}

TEST_CASE("new keys by an expression, and keys that are text", "[migrate][online]") {
  TestProject files;
  prepare(
      files,
      "create table users (id text primary key, public_id uuid not null default gen_random_uuid()); create table "
      "tags (id serial primary key, user_id text not null references users); insert into users select 'k' || i from "
      "generate_series(1, 100) i; insert into tags (user_id) select id from users",
      "retype_primary_key { table = 'users', to = 'uuid', using = 'public_id', strategy = 'online' }", of_users);
  run(files, "upgrade", "b");
  CHECK(files.value("select count(*) from users join tags on user_id = users.id where public_id = users.id") == "100");
  sql(files, "insert into users (id) values ('22222222-2222-2222-2222-222222222222')");
  CHECK(files.value("select id__old from users where id = '22222222-2222-2222-2222-222222222222'") ==
        "22222222-2222-2222-2222-222222222222");
}

TEST_CASE("what cannot be carried over online is refused before anything is changed", "[migrate][online]") {
  struct Refusal {
    const char *given, *change, *named;
  };
  const Refusal refusal = GENERATE(
      Refusal{"create table users (id int primary key) partition by hash (id)",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }",
              "the partitioned table public.users"},
      Refusal{"create table users (id int primary key, twice int generated always as (id * 2) stored)",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }", "generated column"},
      Refusal{"create table users (id int primary key, exclude using btree (id with =))",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }", "exclusion constraint"},
      Refusal{"create table users (id int primary key); create materialized view m as select id from users",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }",
              "the materialized view public.m"},
      Refusal{"create table users (id int primary key); create table tags (id serial primary key, u int default 1 "
              "references users on delete set default)",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }", "default"},
      Refusal{"create table users (id int primary key check (id > 0))",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }", "uuid > integer"},
      Refusal{"create table users (id int primary key, id__new text)",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }", "users.id__new"},
      Refusal{"create table users (id int primary key); create table tags (user_id int references users)",
              "retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }", "tags"},
      Refusal{"create table users (id int primary key, boss int references users)",
              "retype_primary_key { table = 'users', to = 'uuid', using = 'gen_random_uuid()', strategy = 'online' }",
              "users_boss_fkey"},
      Refusal{"create table users (id int primary key, boss int references users)",
              "change_column_type { table = 'users', column = 'boss', to = 'bigint', online = true }",
              "users_boss_fkey"},
      Refusal{
          "create table users (id int primary key, name text)",
          "change_column_type { table = 'users', column = 'name', to = 'int', using = 'id', reverse_using = 'name', "
          "online = true }",
          "id"},
      Refusal{"create table users (id int primary key)", "contract_primary_key { table = 'users' }",
              "no online change"},
      Refusal{"create table users (id int primary key)", "contract_all_primary_keys {}", "no online change"},
      Refusal{"create table users (id int primary key); create table tags (id serial primary key, u int references "
              "users); create materialized view m as select id from tags",
              "retype_all_primary_keys { to = 'uuid', strategy = 'online' }", "the materialized view public.m"});
  CAPTURE(refusal.given, refusal.change);
  TestProject files;
  prepare(files, refusal.given, refusal.change, of_users);
  const schema::Snapshot before = snapshot_of(files.url());
  const base::Error error = error_of([&] { run(files, "upgrade", "b"); });
  CHECK_THAT(base::render(error), ContainsSubstring(refusal.named));
  CHECK(lines_but_order(schema::compare(before, snapshot_of(files.url()))) == Lines{});
}

TEST_CASE("one online change of a table at a time", "[migrate][online]") {
  TestProject files;
  prepare(files, people, to_uuid, of_users);
  run(files, "upgrade", "b");
  files.migration("c", "b", "op.retype_primary_key { table = 'users', to = 'text' }");
  CHECK(error_of([&] { run(files, "upgrade", "c"); }).code().id == std::string("WAX-6061"));
}
