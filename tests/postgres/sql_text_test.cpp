// Splitting and classifying SQL.
#include "postgres/sql_text.hpp"

#include <rapidcheck.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "postgres/sql_grammar.hpp"
#include "support/catch.hpp"

using postgres::classify;
using postgres::split_statements;

namespace {

std::vector<std::string> texts(std::string_view sql) {
  std::vector<std::string> list;
  for (const postgres::Statement& statement : split_statements(sql)) list.emplace_back(statement.text);
  return list;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("statements end at semicolons that are not inside something", "[postgres][sql]") {
  CHECK(texts("select 1; select 2") == Texts{"select 1", "select 2"});
  CHECK(texts("select ';'; select \";\"") == Texts{"select ';'", "select \";\""});
  CHECK(texts("select e'\\';'; select 2") == Texts{"select e'\\';'", "select 2"});
  CHECK(texts("select $$;$$; select $a$ $$;$b$ $a$") == Texts{"select $$;$$", "select $a$ $$;$b$ $a$"});
  CHECK(texts("select a$1$b; select 2") == Texts{"select a$1$b", "select 2"});
  CHECK(texts("select /* ; /* ; */ ; */ 1 -- ;\n; select 2") == Texts{"select /* ; /* ; */ ; */ 1", "select 2"});
  CHECK(texts("create rule r as on insert to t do (a; b); select 2") ==
        Texts{"create rule r as on insert to t do (a; b)", "select 2"});
  CHECK(texts("create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3")
            .size() == 2);
  CHECK(texts("-- nothing\n;; /* here */ ;").empty());
}

TEST_CASE("a statement knows its line", "[postgres][sql]") {
  const auto statements = split_statements("\n-- a comment\nselect 1;\n\n  select\n2;");
  REQUIRE(statements.size() == 2);
  CHECK(statements[0].line == 3);
  CHECK(statements[1].line == 5);
}

TEST_CASE("what is left open or is no SQL is refused with its line", "[postgres][sql]") {
  CHECK_THROWS_WITH(split_statements("select 1;\nselect 'open"), ContainsSubstring("line 2"));
  CHECK_THROWS_WITH(split_statements("select 1 /* open"), ContainsSubstring("comment is not closed"));
  CHECK_THROWS_WITH(split_statements("select 1;\n\\i file.sql"), ContainsSubstring("backslash"));
  CHECK_THROWS_WITH(split_statements("copy t from stdin;\n1\n\\.\n"), ContainsSubstring("COPY"));
}

TEST_CASE("statements are classified by their words", "[postgres][sql]") {
  for (const char* sql :
       {"begin", "COMMIT", "rollback", "end", "abort work", "start transaction", "prepare transaction 'x'",
        "commit prepared 'x'", "/* x */ -- y\n commit", "discard all", "rollback and chain"})
    CHECK(classify(sql).breaks_transaction);
  for (const char* sql :
       {"rollback to savepoint a", "savepoint a", "release a", "set transaction read only", "prepare p as select 1",
        "select 'commit'", "create function begin() returns int language sql as 'select 1'"})
    CHECK_FALSE(classify(sql).breaks_transaction);
  for (const char* sql :
       {"create index concurrently i on t (a)", "create unique index concurrently i on t (a)",
        "drop index concurrently i", "reindex table concurrently t", "vacuum", "create database d",
        "alter system set x = 1", "alter table t detach partition p concurrently",
        "create subscription s connection 'x' publication p", "alter subscription s refresh publication",
        "alter subscription s set publication p", "cluster", "cluster verbose", "cluster (verbose)"})
    CHECK(classify(sql).needs_no_transaction);
  for (const char* sql : {"create index i on t (a)", "refresh materialized view concurrently v",
                          "alter type t add value 'x'", "cluster t using i", "cluster (verbose) t",
                          "create subscription s connection 'x' publication p with (create_slot = false)",
                          "alter subscription s set publication p with (refresh = off)"}) {
    INFO(sql);
    CHECK_FALSE(classify(sql).needs_no_transaction);
  }
}

TEST_CASE("with is a query unless it changes data", "[postgres][sql]") {
  CHECK(classify("with a as (select 1) select * from a").kind == postgres::StatementKind::query);
  CHECK(classify("with a as (select 'delete') select * from a").kind == postgres::StatementKind::query);
  CHECK(classify("with a as (select update from t) select * from a").kind == postgres::StatementKind::query);
  CHECK(classify("with a as (delete from t returning 1) select * from a").kind == postgres::StatementKind::data);
  CHECK(classify("with a as (select 1) update t set b = 1").kind == postgres::StatementKind::data);
}

TEST_CASE("the grammar reports the server's syntax errors", "[postgres][sql]") {
  CHECK_FALSE(postgres::syntax_error("create table t (a int, unique nulls not distinct (a))"));
  const auto found = postgres::syntax_error("create tabel t (a int)");
  REQUIRE(found);
  CHECK(found->message == "syntax error at or near \"tabel\"");
  CHECK(found->position == 8);
}

TEST_CASE("splitting real scripts loses nothing", "[postgres][sql][data]") {
  const std::filesystem::path folder = std::filesystem::path(WAXWING_SOURCE_DIR) / "../shared/data/histories";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: " << folder.string() << " is not there");
    return;
  }
  std::size_t statements = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".up.sql") && !path.ends_with(".down.sql")) continue;
    INFO(path);
    const std::string script = base::read_file(path);
    const bool is_valid = !postgres::syntax_error(script);  // one file lacks a semicolon
    const Texts once = texts(script);
    statements += once.size();
    std::string joined;
    for (const std::string& text : once) {
      joined += text + ";\n";
      INFO(text);
      if (is_valid) CHECK_FALSE(postgres::syntax_error(text));
    }
    CHECK(texts(joined) == once);
  }
  CHECK(statements > 1000);
}

TEST_CASE("splitting keeps every statement", "[postgres][sql][laws]") {
  // Pieces that hide a semicolon, or look as if they did.
  const std::vector<std::string> pieces = {"select 1",
                                           "';'",
                                           "\";\"",
                                           "$$;$$",
                                           "$a$ ; $b$ ; $a$",
                                           "e'\\';'",
                                           "/* ; /* ; */ */",
                                           "-- ;\n",
                                           "(a; b)",
                                           "x$1$y",
                                           "U&'\\0061;'",
                                           "''''",
                                           "begin atomic select 1; end",
                                           "case when a then b end",
                                           "\n",
                                           "\r\n",
                                           "é",
                                           "1.5e3",
                                           "1..en$a$",
                                           ".1.en$a$",
                                           "1.2.e$a$",
                                           "1e5$a$ ; $a$",
                                           ".5$a$ ; $a$",
                                           "1a$a$",
                                           "$9.a1$$"};
  const auto piece = rc::gen::elementOf(pieces);
  const auto statement = rc::gen::map(rc::gen::nonEmpty(rc::gen::container<Texts>(piece)), [](const Texts& parts) {
    std::string text = "select";
    for (const std::string& part : parts) text += " " + part;
    return text + " end_of_it";
  });
  CHECK(rc::check("each comes back, in order, from a text of all", [&] {
    const Texts statements = *rc::gen::container<Texts>(statement);
    std::string sql = *rc::gen::element<std::string>("", "\n", ";;\n", "-- first\n");
    for (const std::string& each : statements)
      sql += each + *rc::gen::element<std::string>(";", ";\n", " ; ;", ";-- done\n");
    RC_ASSERT(texts(sql) == statements);
  }));
  CHECK(rc::check("what was split and put together again is split alike", [](const std::string& noise) {
    const std::string sql = "select 1; " + noise + "; select 2";
    Texts first;
    try {
      first = texts(sql);
    } catch (const base::Error&) {
      return;
    }
    const std::string together = base::join(first, "\n;\n");
    RC_ASSERT(texts(together) == first);
  }));
}
