// `waxwing describe` is compared with the real psql, object by object.
#include <nlohmann/json.hpp>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using tests::ProgramProject;

namespace {

constexpr const char* rich_schema = R"sql(
create schema billing;
create type mood as enum ('sad', 'ok', 'happy');
create domain short_text as text not null default '' check (length(value) < 10);
create type pair as (a int, b text collate "C");
create table tenants (id uuid primary key default gen_random_uuid(), name text not null collate "C");
create table users (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  email varchar(255) not null,
  "Bar code" text,
  age int check (age > 0),
  doubled int generated always as (age * 2) stored,
  feeling mood default 'ok',
  constraint uq_users_email_tenant unique (tenant_id, email),
  constraint uq_deferred unique (age) deferrable initially deferred
);
create index ix_users_email on users (lower(email)) include (age) where age > 3;
create unique index ix_nulls on users ("Bar code") nulls not distinct;
create table loans (id serial primary key, user_id bigint references users, note text);
create table billing.orders (user_id bigint, constraint orders_user foreign key (user_id) references users match full not valid);
create table bookings (room int, during int4range, constraint no_overlap exclude using gist (during with &&));
create view adults as select id, email from users where age >= 18;
create materialized view ages as select age, count(*) from users group by age;
create unique index ages_age on ages (age);
create table measurements (day date not null, value numeric(10,2)) partition by range (day);
create table measurements_2024 partition of measurements for values from ('2024-01-01') to ('2025-01-01');
create table parent (a int);
create table child (b int) inherits (parent);
create unlogged table scratch (a timestamp(3), b text[], c bit(3));
create table nothing ();
create table guarded (id int, owner name);
alter table guarded enable row level security;
create policy own on guarded for select to public using (owner = current_user);
create policy strict on guarded as restrictive for update to postgres using (id > 0) with check (id < 10);
create table forced (id int);
alter table forced enable row level security;
alter table forced force row level security;
create table open_policies (id int);
create policy p on open_policies using (true);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch_users before insert or update of email on users for each row when (new.age > 1) execute function touch();
create trigger off after delete on loans for each statement execute function touch();
alter table loans disable trigger off;
create rule quiet as on delete to loans do instead nothing;
create sequence numbers as smallint start 3 increment by 2 maxvalue 99 cycle;
)sql";

/// Without what the server is too old for.
std::string rich_schema_here() {
  const bool is_15 = tests::connect(tests::superuser_url())->server_version() >= 150000;
  return is_15 ? rich_schema : base::replace_all(rich_schema, " nulls not distinct", "");
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (std::string line : base::split(text, '\n')) {
    while (line.ends_with(' ')) line.pop_back();
    line = base::replace_all(line, "(Use \\d+ to list them.)", "(--verbose lists them.)");
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("describe prints what psql's \\d prints", "[cli][describe]") {
  const ProgramProject project(rich_schema_here());
  for (const char* name : {"tenants",       "users",          "loans",        "billing.orders",    "bookings",
                           "adults",        "ages",           "measurements", "measurements_2024", "parent",
                           "child",         "scratch",        "nothing",      "guarded",           "forced",
                           "open_policies", "pair",           "numbers",      "users_id_seq",      "loans_id_seq",
                           "users_pkey",    "ix_users_email", "ix_nulls",     "uq_deferred",       "ages_age"}) {
    INFO(name);
    const auto psql =
        base::run_process({"psql", "-X", "-d", project.url().conninfo(), "-c", std::string("\\d ") + name},
                          {.environment = {{"LC_ALL", "C.UTF-8"}, {"PAGER", std::nullopt}}});
    REQUIRE(psql.status == 0);
    const auto own = project.waxwing({"describe", name});
    CHECK(own.status == 0);
    CHECK(lines(own.out) == lines(psql.out));
  }
}

TEST_CASE("describe shows types, lists partitions when asked, and speaks JSON", "[cli][describe]") {
  const ProgramProject project(rich_schema_here());
  const auto mood = project.waxwing({"describe", "mood"});
  CHECK(lines(mood.out) ==
        std::vector<std::string>{"Enum type \"public.mood\"", "Values:", "    sad", "    ok", "    happy"});
  CHECK_THAT(project.waxwing({"describe", "short_text"}).out,
             ContainsSubstring("Domain \"public.short_text\"") && ContainsSubstring("CHECK (length(VALUE) < 10)"));
  CHECK_THAT(project.waxwing({"describe", "measurements", "-v"}).out,
             ContainsSubstring("Partitions:\n    measurements_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"));
  const auto json = nlohmann::json::parse(project.waxwing({"describe", "users", "--json"}).out);
  CHECK(json["kind"] == "Table");
  CHECK(json["columns"][2]["type"] == "character varying(255)");
  bool found = false;
  for (const auto& index : json["indexes"])
    found = found || index["definition"] == "\"uq_users_email_tenant\" UNIQUE CONSTRAINT, btree (tenant_id, email)";
  CHECK(found);
}

TEST_CASE("describe names what is near", "[cli][describe]") {
  const ProgramProject project("create table users (id int)");
  const auto found = project.waxwing({"describe", "user_s"});
  CHECK(found.status == 2);
  CHECK_THAT(found.err, ContainsSubstring("did you mean \"users\"?"));
}
