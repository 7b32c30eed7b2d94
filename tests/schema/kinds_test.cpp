// Each kind of object: something is changed, and the comparison sees that and nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "schema/difference.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace {

/// `expected` is one line for each difference, as `lines` writes it.
struct Case {
  const char* kind;
  const char* setup;
  const char* change;
  std::vector<std::string> expected;
  int since = 0;
};

const char* table = "CREATE TABLE t (id int PRIMARY KEY, a text, b int)";
const char* function = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'";

const std::vector<Case> cases = {
    {"schema", "CREATE SCHEMA s", "ALTER SCHEMA s OWNER TO app", {"changed schema s: owner postgres -> app"}},
    {"extension",
     "CREATE SCHEMA s; CREATE EXTENSION hstore",
     "ALTER EXTENSION hstore SET SCHEMA s",
     {"changed extension hstore: schema public -> s"}},
    {"language",
     "CREATE LANGUAGE l HANDLER plpgsql_call_handler",
     "ALTER LANGUAGE l OWNER TO app",
     {"changed language l: owner postgres -> app"}},
    {"access method", "", "CREATE ACCESS METHOD m TYPE TABLE HANDLER heap_tableam_handler", {"added access method m"}},
    {"foreign data wrapper",
     "CREATE FOREIGN DATA WRAPPER w",
     "ALTER FOREIGN DATA WRAPPER w OPTIONS (debug 'on')",
     {"changed foreign data wrapper w: options (none) -> [\"debug=on\"]"}},
    {"foreign server",
     "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
     "ALTER SERVER s VERSION '2'",
     {"changed foreign server s: version (none) -> 2"}},
    {"user mapping",
     "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR app SERVER s",
     "ALTER USER MAPPING FOR app SERVER s OPTIONS (password 'canary')",
     {"changed user mapping s.app: options (none) -> [\"password\"]"}},
    {"base type",
     "CREATE TYPE y; CREATE FUNCTION y_in(cstring) RETURNS y LANGUAGE internal IMMUTABLE STRICT AS 'int4in';"
     "CREATE FUNCTION y_out(y) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';"
     "CREATE TYPE y (INPUT = y_in, OUTPUT = y_out, LIKE = int4)",
     "ALTER TYPE y OWNER TO app",
     {"changed base type public.y: owner postgres -> app"}},
    {"enum",
     "CREATE TYPE e AS ENUM ('a', 'c')",
     "ALTER TYPE e ADD VALUE 'b' BEFORE 'c'",
     {"changed enum public.e: values [\"a\", \"c\"] -> [\"a\", \"b\", \"c\"]"}},
    {"domain",
     "CREATE DOMAIN d AS int",
     "ALTER DOMAIN d SET DEFAULT 5",
     {"changed domain public.d: default (none) -> 5"}},
    {"domain constraint",
     "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 1) NOT VALID",
     "ALTER DOMAIN d VALIDATE CONSTRAINT c",
     {"changed domain constraint public.d.c: definition CHECK ((VALUE > 1)) NOT VALID -> CHECK ((VALUE > 1))"}},
    {"range type",
     "CREATE TYPE r AS RANGE (subtype = int)",
     "ALTER TYPE r OWNER TO app",
     {"changed range type public.r: owner postgres -> app"}},
    {"composite type",
     "CREATE TYPE k AS (a int, b text)",
     "ALTER TYPE k DROP ATTRIBUTE a; ALTER TYPE k ADD ATTRIBUTE a int",
     {"changed composite type public.k: attribute order [\"a\",\"b\"] -> [\"b\",\"a\"]"}},
    {"attribute",
     "CREATE TYPE k AS (a int, b text)",
     "ALTER TYPE k ALTER ATTRIBUTE a TYPE bigint",
     {"changed attribute public.k.a: type integer -> bigint"}},
    {"collation",
     "CREATE COLLATION n (locale = 'C')",
     "ALTER COLLATION n OWNER TO app",
     {"changed collation public.n: owner postgres -> app"}},
    {"conversion",
     "CREATE CONVERSION v FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
     "ALTER CONVERSION v OWNER TO app",
     {"changed conversion public.v: owner postgres -> app"}},
    {"sequence", "CREATE SEQUENCE q", "ALTER SEQUENCE q INCREMENT 5", {"changed sequence public.q: increment 1 -> 5"}},
    {"sequence",
     "CREATE SEQUENCE q; CREATE TABLE t (a int)",
     "ALTER SEQUENCE q OWNED BY t.a",
     {"changed sequence public.q: owned by (none) -> public.t.a"}},
    {"table", table, "ALTER TABLE t SET UNLOGGED", {"changed table public.t: unlogged false -> true"}},
    {"table",
     table,
     "ALTER TABLE t SET (fillfactor = 70, toast.autovacuum_enabled = off)",
     {"changed table public.t: options (none) -> [\"fillfactor=70\"]",
      "changed table public.t: toast options (none) -> [\"autovacuum_enabled=off\"]"}},
    {"table", table, "ALTER TABLE t ENABLE ROW LEVEL SECURITY", {"changed table public.t: row security false -> true"}},
    {"table",
     table,
     "ALTER TABLE t REPLICA IDENTITY FULL",
     {"changed table public.t: replica identity default -> full"}},
    {"table",
     "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)",
     "ALTER TABLE p DETACH PARTITION c; ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (2)",
     {"changed table public.c: partition bound FOR VALUES IN (1) -> FOR VALUES IN (2)"}},
    {"table",
     "CREATE TABLE t (a int, b int)",
     "ALTER TABLE t DROP a; ALTER TABLE t ADD a int",
     {"changed table public.t: column order [\"a\",\"b\"] -> [\"b\",\"a\"]"}},
    {"view",
     "CREATE VIEW v AS SELECT 1 AS a",
     "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT 1 AS a",
     {"changed view public.v: options (none) -> [\"security_barrier=true\"]"}},
    {"table",
     "CREATE TABLE t (a int)",
     "ALTER TABLE t RENAME TO \"T 2\"",
     {"added table public.\"T 2\"", "added column public.\"T 2\".a", "removed table public.t",
      "removed column public.t.a"}},
    {"materialized view",
     "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a",
     "REFRESH MATERIALIZED VIEW v WITH NO DATA",
     {"changed materialized view public.v: populated true -> false"}},
    {"column", table, "ALTER TABLE t ALTER b TYPE bigint", {"changed column public.t.b: type integer -> bigint"}},
    {"column",
     table,
     "ALTER TABLE t ALTER a SET STORAGE EXTERNAL",
     {"changed column public.t.a: storage (none) -> external"}},
    {"column",
     table,
     "ALTER TABLE t ALTER a SET COMPRESSION pglz",
     {"changed column public.t.a: compression (none) -> pglz"},
     140000},
    {"column", table, "ALTER TABLE t ALTER a SET STATISTICS 7", {"changed column public.t.a: statistics (none) -> 7"}},
    {"column",
     table,
     "ALTER TABLE t ALTER a SET (n_distinct = 5)",
     {"changed column public.t.a: options (none) -> [\"n_distinct=5\"]"}},
    {"column",
     table,
     "ALTER TABLE t ALTER a TYPE text COLLATE \"C\"",
     {"changed column public.t.a: collation (none) -> \"C\""}},
    {"column",
     table,
     "ALTER TABLE t ALTER b SET DEFAULT 1 + 1",
     {"changed column public.t.b: default (none) -> (1 + 1)"}},
    {"column",
     "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
     "ALTER TABLE t ALTER a SET INCREMENT 3",
     {"changed column public.t.a: sequence public.t_a_seq AS integer START 1 INCREMENT 1 MINVALUE 1 MAXVALUE "
      "2147483647 CACHE 1 -> public.t_a_seq AS integer START 1 INCREMENT 3 MINVALUE 1 MAXVALUE 2147483647 CACHE 1"}},
    {"column",
     "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
     "ALTER TABLE t ALTER a SET GENERATED BY DEFAULT",
     {"changed column public.t.a: identity always -> by default"}},
    {"column",
     "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)",
     "ALTER TABLE t ALTER b DROP EXPRESSION",
     {"changed column public.t.b: generated (a * 2) STORED -> (none)"}},
    {"column",
     "CREATE TABLE p (a int); CREATE TABLE c () INHERITS (p)",
     "ALTER TABLE c NO INHERIT p",
     {"changed table public.c: inherits [\"public.p\"] -> (none)",
      "changed column public.c.a: inherited only -> (none)"}},
    {"constraint",
     "CREATE TABLE t (a int CONSTRAINT u UNIQUE)",
     "ALTER TABLE t DROP CONSTRAINT u, ADD CONSTRAINT u UNIQUE (a) DEFERRABLE",
     {"changed constraint public.t.u: definition UNIQUE (a) -> UNIQUE (a) DEFERRABLE"}},
    {"constraint",
     "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID",
     "ALTER TABLE t VALIDATE CONSTRAINT k",
     {"changed constraint public.t.k: definition CHECK ((a > 0)) NOT VALID -> CHECK ((a > 0))"}},
    {"constraint",
     table,
     "ALTER TABLE t CLUSTER ON t_pkey",
     {"changed constraint public.t.t_pkey: clustered false -> true"}},
    {"constraint",
     table,
     "ALTER INDEX t_pkey SET (fillfactor = 50)",
     {"changed constraint public.t.t_pkey: index options (none) -> [\"fillfactor=50\"]"}},
    {"index",
     "CREATE TABLE t (a int); CREATE INDEX i ON t (a)",
     "DROP INDEX i; CREATE INDEX i ON t (a DESC) INCLUDE (a) WHERE a > 0",
     {"changed index public.i: definition CREATE INDEX i ON public.t USING btree (a) -> CREATE INDEX i ON public.t "
      "USING btree (a DESC) INCLUDE (a) WHERE (a > 0)"}},
    {"index",
     "CREATE TABLE t (a int); CREATE INDEX i ON t ((a + 1))",
     "ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9",
     {"changed index public.i: statistics (none) -> { \"1\" : 9 }"}},
    {"statistics",
     "CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t",
     "ALTER STATISTICS s SET STATISTICS 9",
     {"changed statistics public.s: target (none) -> 9"}},
    {"function",
     function,
     "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1'",
     {"changed function public.f(integer): body SELECT a -> SELECT a + 1"}},
    {"function",
     function,
     "ALTER FUNCTION f(int) IMMUTABLE",
     {"changed function public.f(integer): volatility volatile -> immutable"}},
    {"function",
     function,
     "ALTER FUNCTION f(int) SET work_mem = '1MB'",
     {"changed function public.f(integer): settings (none) -> [\"work_mem=1MB\"]"}},
    {"function",
     function,
     "CREATE PROCEDURE f() LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
     {"added function public.f()"},
     140000},
    {"aggregate",
     "CREATE AGGREGATE g(int) (sfunc = int4pl, stype = int, initcond = '0')",
     "DROP AGGREGATE g(int); CREATE AGGREGATE g(int) (sfunc = int4pl, stype = int, initcond = '1')",
     {"changed aggregate public.g(integer): initial value 0 -> 1"}},
    {"operator",
     "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
     "ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel)",
     {"changed operator public.===(integer, integer): restrict (none) -> eqsel"}},
    {"operator family",
     "CREATE OPERATOR FAMILY o USING btree",
     "ALTER OPERATOR FAMILY o USING btree ADD FUNCTION 1 (int, int) btint4cmp(int, int)",
     {"changed operator family public.o USING btree: functions (none) -> [\"1 btint4cmp(integer,integer)\"]"}},
    {"operator class",
     "CREATE OPERATOR CLASS o FOR TYPE int USING btree AS FUNCTION 1 btint4cmp(int, int)",
     "ALTER OPERATOR CLASS o USING btree OWNER TO app",
     {"changed operator class public.o USING btree: owner postgres -> app"}},
    {"cast",
     "CREATE TYPE e AS ENUM ('a'); CREATE CAST (text AS e) WITH INOUT",
     "DROP CAST (text AS e); CREATE CAST (text AS e) WITH INOUT AS IMPLICIT",
     {"changed cast (text AS public.e): context explicit -> implicit"}},
    {"transform",
     "CREATE FUNCTION x(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'boolin'",
     "CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION x(internal))",
     {"added transform integer LANGUAGE plpgsql"}},
    {"trigger",
     "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
     "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
     "ALTER TABLE t DISABLE TRIGGER g",
     {"changed trigger public.t.g: enabled origin -> disabled"}},
    {"policy",
     "CREATE TABLE t (a int); CREATE POLICY y ON t USING (a > 0)",
     "ALTER POLICY y ON t TO app",
     {"changed policy public.t.y: roles [\"public\"] -> [\"app\"]"}},
    {"rule",
     "CREATE TABLE t (a int); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING",
     "ALTER TABLE t DISABLE RULE r",
     {"changed rule public.t.r: enabled origin -> disabled"}},
    {"event trigger",
     "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER v ON "
     "ddl_command_end WHEN TAG IN ('CREATE SEQUENCE') EXECUTE FUNCTION f()",
     "ALTER EVENT TRIGGER v DISABLE",
     {"changed event trigger v: enabled origin -> disabled"}},
    {"text search parser",
     "",
     "CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = "
     "prsd_lextype)",
     {"added text search parser public.p"}},
    {"text search template",
     "",
     "CREATE TEXT SEARCH TEMPLATE m (LEXIZE = dsimple_lexize)",
     {"added text search template public.m"}},
    {"text search dictionary",
     "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)",
     "ALTER TEXT SEARCH DICTIONARY d (accept = false)",
     {"changed text search dictionary public.d: options (none) -> accept = 'false'"}},
    {"text search configuration",
     "CREATE TEXT SEARCH CONFIGURATION c (PARSER = \"default\")",
     "ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR email WITH simple",
     {"changed text search configuration public.c: mapping (none) -> [\"4 simple\"]"}},
    {"publication",
     "CREATE PUBLICATION p",
     "ALTER PUBLICATION p SET (publish = 'insert')",
     {"changed publication p: operations insert, update, delete, truncate -> insert"}},
    {"publication table",
     "CREATE TABLE t (a int, b int); CREATE PUBLICATION p FOR TABLE t",
     "ALTER PUBLICATION p SET TABLE t (a) WHERE (a > 0)",
     {"changed publication table p.public.t: columns (none) -> [\"a\"]",
      "changed publication table p.public.t: where (none) -> (a > 0)"},
     150000},
    {"publication schema",
     "CREATE PUBLICATION p",
     "ALTER PUBLICATION p ADD TABLES IN SCHEMA public",
     {"added publication schema p.public"},
     150000},
    {"subscription",
     "CREATE SUBSCRIPTION u CONNECTION 'host=nowhere password=canary' PUBLICATION p WITH (connect = false, slot_name = "
     "NONE)",
     "ALTER SUBSCRIPTION u SET PUBLICATION p, r WITH (refresh = false)",
     {"changed subscription u: publications [\"p\"] -> [\"p\", \"r\"]"}},
    {"default privileges",
     "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app",
     "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO app",
     {"changed default privileges tables of postgres in public: privileges [\"SELECT TO app\"] -> [\"INSERT TO app\", "
      "\"SELECT "
      "TO app\"]"}},
    {"grant", table, "GRANT SELECT ON t TO app WITH GRANT OPTION", {"added grant table public.t to app"}},
    {"grant",
     "CREATE TABLE t (a int); GRANT SELECT ON t TO app",
     "GRANT INSERT ON t TO app",
     {"changed grant table public.t to app: privileges [\"SELECT\"] -> [\"INSERT\", \"SELECT\"]"}},
    {"grant", table, "GRANT UPDATE (a) ON t TO app", {"added grant column public.t.a to app"}},
    {"grant",
     function,
     "REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC",
     {"added grant function public.f(integer) to public"}},
    {"comment",
     "CREATE TABLE t (a int); COMMENT ON COLUMN t.a IS 'x'",
     "COMMENT ON COLUMN t.a IS 'it''s y'",
     {"changed comment column public.t.a: text x -> it's y"}},
    {"comment", table, "COMMENT ON INDEX t_pkey IS 'the key'", {"added comment constraint public.t.t_pkey index"}},
};

std::vector<std::string> lines(const schema::Difference& difference) {
  std::vector<std::string> lines;
  const auto what = [](const schema::Fact& fact) { return fmt::format("{} {}", fact.kind->name, fact.identity); };
  for (const schema::Fact& fact : difference.added) lines.push_back("added " + what(fact));
  for (const schema::Fact& fact : difference.removed) lines.push_back("removed " + what(fact));
  for (const schema::FactChange& change : difference.changed)
    for (const schema::AttributeChange& each : change.attributes)
      lines.push_back(fmt::format("changed {}: {} {} -> {}", what(change.before), each.name,
                                  each.before.value_or("(none)"), each.after.value_or("(none)")));
  return lines;
}

}  // namespace

TEST_CASE("one change in the database is one difference between snapshots", "[schema]") {
  if (tests::lacks_superuser()) return;
  const auto connection = tests::connect(tests::fresh_database());
  connection->query("DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  for (const Case& each : cases) {
    if (connection->server_version() < each.since) continue;
    INFO(each.kind << ": " << each.change);
    connection->query("BEGIN");
    if (*each.setup) connection->query(each.setup);
    const schema::Snapshot before = schema::read_snapshot(*connection, "waxwing");
    connection->query(each.change);
    const schema::Difference difference = schema::compare(before, schema::read_snapshot(*connection, "waxwing"));
    connection->query("ROLLBACK");
    std::vector<std::string> found = lines(difference), expected = each.expected;
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
    // Passwords are not read.
    CHECK(schema::to_json(difference).dump().find("canary") == std::string::npos);
  }
}

TEST_CASE("every kind of object has a case", "[schema]") {
  std::set<std::string> covered;
  for (const Case& each : cases) covered.insert(each.kind);
  // A security label needs a provider, and a server has none of its own.
  covered.insert("security label");
  for (const schema::Kind* kind : schema::all_kinds()) {
    INFO(kind->name);
    CHECK(covered.count(kind->name) == 1);
  }
}
