// What a statement takes away, by its parse tree.
#include "postgres/sql_changes.hpp"

#include "support/catch.hpp"

namespace {

/// "drops a column of public.t, updates u"; "?" where the text does not tell.
std::string changes(const char* statement) {
  const auto found = postgres::changed_tables(statement);
  if (!found) return "?";
  std::string text;
  for (const postgres::ChangedTable& each : *found)
    text += (text.empty() ? "" : ", ") + each.change + " " + (each.schema.empty() ? "" : each.schema + ".") +
            each.name + (each.loses_data ? "" : " (keeps)");
  return text;
}

}  // namespace

TEST_CASE("a statement names the tables that it takes something from", "[postgres]") {
  CHECK(changes("DROP TABLE a, side.b CASCADE") == "drops a, drops side.b");
  CHECK(changes("DROP SCHEMA side CASCADE") == "drops side.");
  CHECK(changes("ALTER TABLE public.t DROP COLUMN c, ALTER d TYPE int USING d::int") ==
        "drops a column of public.t, changes a type in public.t");
  CHECK(changes("TRUNCATE a, b") == "truncates a, truncates b");
  CHECK(changes("UPDATE a SET x = (SELECT y FROM b)") == "updates a");
  CHECK(changes("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone") == "deletes from a");
  CHECK(changes("INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET n = 1") == "updates a");
  CHECK(changes("ALTER TABLE a RENAME TO b") == "renames a (keeps)");
}

TEST_CASE("what adds takes nothing away, and what hides its text is not known", "[postgres]") {
  for (const char* adding : {"CREATE TABLE a (n int)", "ALTER TABLE a ADD COLUMN n int, ADD CHECK (n > 0)",
                             "INSERT INTO a VALUES (1)", "CREATE INDEX ON a (n)", "SELECT 1", "DROP INDEX i"})
    CHECK(changes(adding).empty());
  CHECK(changes("DO $$ BEGIN DELETE FROM a; END $$") == "?");
  CHECK(changes("CALL clean_up()") == "?");
  CHECK(changes("DELETE FROM") == "?");
}
