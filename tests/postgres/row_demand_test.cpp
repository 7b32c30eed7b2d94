// What statements ask of rows, and what they leave unknown, read from their text.
#include "postgres/row_demand.hpp"

#include "support/catch.hpp"

using postgres::effect_of;
using postgres::RowDemand;
using postgres::StatementEffect;
using Kind = postgres::RowDemand::Kind;

namespace {

RowDemand only_demand(const std::string& sql) {
  const StatementEffect effect = effect_of(sql);
  INFO(sql);
  REQUIRE(effect.demands.size() == 1);
  CHECK_FALSE(effect.is_opaque);
  return effect.demands.front();
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a unique constraint and a unique index ask for no duplicates", "[row_demand]") {
  const RowDemand constraint =
      only_demand("alter table app.users add constraint uq unique nulls not distinct (tenant_id, \"E mail\")");
  CHECK(constraint.kind == Kind::unique);
  CHECK(constraint.table.schema == "app");
  CHECK(constraint.name == "uq");
  CHECK(constraint.columns == Names{"tenant_id", "E mail"});
  CHECK(constraint.keys == Names{"\"tenant_id\"", "\"E mail\""});
  CHECK(constraint.nulls_not_distinct);
  CHECK_FALSE(constraint.is_index);

  const RowDemand index = only_demand(
      "create unique index concurrently i on users using btree (lower(email) text_pattern_ops desc, (a + b), \"c,d\") "
      "include (x) with (fillfactor = 70) where b > 0 and note <> 'where ('");
  CHECK(index.is_index);
  CHECK(index.name == "i");
  CHECK(index.keys == Names{"lower(email)", "(a + b)", "\"c,d\""});
  CHECK(index.columns == Names{"email", "a", "b", "c,d"});
  CHECK(index.expression == "b > 0 and note <> 'where ('");

  CHECK(effect_of("create index i on users (email)").demands.empty());
  CHECK(effect_of("alter table users add constraint uq unique using index i").demands.empty());
}

TEST_CASE("a primary key asks for no duplicates and no NULL", "[row_demand]") {
  const StatementEffect effect = effect_of("alter table t add primary key (a, b)");
  REQUIRE(effect.demands.size() == 3);
  CHECK(effect.demands[0].kind == Kind::unique);
  CHECK(effect.demands[1].kind == Kind::not_null);
  CHECK(effect.demands[2].columns == Names{"b"});
}

TEST_CASE("checks, foreign keys and NOT NULL are read with their names", "[row_demand]") {
  const RowDemand check =
      only_demand("alter table only t add constraint \"check it\" check (a > (b + 1) and c <> ')')");
  CHECK(check.kind == Kind::check);
  CHECK(check.name == "check it");
  CHECK(check.expression == "a > (b + 1) and c <> ')'");
  CHECK(check.columns == Names{"a", "b", "c"});
  CHECK(check.only);

  const RowDemand key = only_demand("alter table c add foreign key (x, y) references app.p (a, b) match full");
  CHECK(key.kind == Kind::foreign_key);
  CHECK(key.target.schema == "app");
  CHECK(key.target_columns == Names{"a", "b"});
  CHECK(key.match_full);

  CHECK(only_demand("alter table t alter column a set not null").kind == Kind::not_null);
  CHECK(only_demand("alter table t validate constraint ck").kind == Kind::validate);
}

TEST_CASE("NOT VALID asks for nothing yet", "[row_demand]") {
  const StatementEffect effect = effect_of("alter table t add constraint ck check (a > 0) not valid");
  CHECK(effect.demands.empty());
  REQUIRE(effect.not_valid.size() == 1);
  CHECK(effect.not_valid.front().expression == "a > 0");
}

TEST_CASE("a new type asks its values to fit, unless an expression makes them", "[row_demand]") {
  const RowDemand cast =
      only_demand("alter table t alter a type numeric(10, 2) using a::numeric(10, 2), alter b drop default");
  CHECK(cast.kind == Kind::type);
  CHECK(cast.expression == "numeric(10, 2)");
  CHECK(cast.casts);
  CHECK_FALSE(only_demand("alter table t alter column a type varchar(10)").casts);
  CHECK(effect_of("alter table t alter a type int using length(a)").demands.empty());
  CHECK(effect_of("alter table t alter a type int using b::int").demands.empty());
}

TEST_CASE("a NOT NULL column without a value asks for an empty table", "[row_demand]") {
  CHECK(only_demand("alter table t add column a int not null").kind == Kind::empty);
  for (const char* sql :
       {"alter table t add column a int", "alter table t add column a int not null default 0",
        "alter table t add column a bigserial not null", "alter table t add column if not exists a int not null",
        "alter table t add column a int not null generated always as identity"}) {
    INFO(sql);
    CHECK(effect_of(sql).demands.empty());
  }
}

TEST_CASE("what a statement changes makes later answers unknown", "[row_demand]") {
  CHECK(effect_of("create table t (a int unique)").created.front().name == "t");
  CHECK(effect_of("alter table t add column a int").new_columns.front().name == "a");
  CHECK(effect_of("alter table t drop column a").reshaped.front().name == "a");
  CHECK(effect_of("alter table t rename a to b").reshaped.size() == 2);
  CHECK(effect_of("alter table t rename to u").reshaped.size() == 2);
  CHECK(effect_of("drop table app.t").reshaped.front().table.schema == "app");
  CHECK(effect_of("update t set a = 1").written.front().name == "t");
  CHECK(effect_of("truncate a, b").written.size() == 2);
  for (const char* opaque : {"do $$ begin end $$", "select f()",
                             "with x as (delete from a returning *) insert into b "
                             "select * from x",
                             "set search_path = x", "call p()", "not sql at all",
                             "create trigger g before insert on t for each row execute function f()"}) {
    INFO(opaque);
    CHECK(effect_of(opaque).is_opaque);
  }
  for (const char* harmless : {"select 1", "comment on table t is 'x'", "set local lock_timeout = 5",
                               "create index i on t (a)", "drop index i", "alter table t drop constraint c",
                               "create function f() returns int language sql as 'select 1'"}) {
    INFO(harmless);
    const StatementEffect effect = effect_of(harmless);
    CHECK_FALSE(effect.is_opaque);
    CHECK((effect.reshaped.empty() && effect.written.empty() && effect.demands.empty()));
  }
}
