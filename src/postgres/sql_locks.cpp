// By the words of a statement, so that the grammar of any server version will do.
#include "postgres/sql_locks.hpp"

#include <cctype>
#include <string>
#include <vector>

namespace postgres {

namespace {

/// The words of a statement in upper case, at most `most`; comments and what is quoted are left out.
std::string words_of(std::string_view sql, std::size_t most) {
  std::string words = " ";
  std::size_t count = 0;
  for (std::size_t i = 0; i < sql.size() && count < most;) {
    if (sql.substr(i, 2) == "--") {
      while (i < sql.size() && sql[i] != '\n') ++i;
    } else if (sql.substr(i, 2) == "/*") {
      const std::size_t end = sql.find("*/", i + 2);
      i = end == sql.npos ? sql.size() : end + 2;
    } else if (sql[i] == '"' || sql[i] == '\'') {
      const std::size_t end = sql.find(sql[i], i + 1);
      i = end == sql.npos ? sql.size() : end + 1;
    } else if (std::isalpha(static_cast<unsigned char>(sql[i]))) {
      while (i < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[i])) || sql[i] == '_'))
        words += static_cast<char>(std::toupper(static_cast<unsigned char>(sql[i++])));
      words += ' ';
      ++count;
    } else {
      ++i;
    }
  }
  return words;
}

struct Rule {
  std::vector<const char*> words;
  const char* lock;
};

/// The first rule whose first words begin the statement and whose others are in it.
const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules = {
      {{" ALTER TABLE ", " VALIDATE CONSTRAINT "}, "SHARE UPDATE EXCLUSIVE"},
      {{" ALTER TABLE ", " SET STATISTICS "}, "SHARE UPDATE EXCLUSIVE"},
      {{" ALTER TABLE ", " ATTACH PARTITION "}, "SHARE UPDATE EXCLUSIVE"},
      {{" ALTER TABLE ", " DETACH PARTITION ", " CONCURRENTLY "}, "SHARE UPDATE EXCLUSIVE"},
      {{" ALTER TABLE ", " FOREIGN KEY "}, "SHARE ROW EXCLUSIVE"},
      {{" ALTER TABLE ", " DISABLE TRIGGER "}, "SHARE ROW EXCLUSIVE"},
      {{" ALTER TABLE ", " ENABLE TRIGGER "}, "SHARE ROW EXCLUSIVE"},
      {{" ALTER TABLE "}, "ACCESS EXCLUSIVE"},
      {{" ALTER INDEX "}, "ACCESS EXCLUSIVE"},
      {{" ALTER VIEW "}, "ACCESS EXCLUSIVE"},
      {{" CREATE INDEX CONCURRENTLY "}, "SHARE UPDATE EXCLUSIVE"},
      {{" CREATE UNIQUE INDEX CONCURRENTLY "}, "SHARE UPDATE EXCLUSIVE"},
      {{" CREATE INDEX "}, "SHARE"},
      {{" CREATE UNIQUE INDEX "}, "SHARE"},
      {{" CREATE TRIGGER "}, "SHARE ROW EXCLUSIVE"},
      {{" CREATE CONSTRAINT TRIGGER "}, "SHARE ROW EXCLUSIVE"},
      {{" CREATE POLICY "}, "ACCESS EXCLUSIVE"},
      {{" ALTER POLICY "}, "ACCESS EXCLUSIVE"},
      {{" DROP POLICY "}, "ACCESS EXCLUSIVE"},
      {{" DROP INDEX CONCURRENTLY "}, "SHARE UPDATE EXCLUSIVE"},
      {{" DROP INDEX "}, "ACCESS EXCLUSIVE"},
      {{" DROP TRIGGER "}, "ACCESS EXCLUSIVE"},
      {{" DROP TABLE "}, "ACCESS EXCLUSIVE"},
      {{" DROP VIEW "}, "ACCESS EXCLUSIVE"},
      {{" DROP MATERIALIZED VIEW "}, "ACCESS EXCLUSIVE"},
      {{" TRUNCATE "}, "ACCESS EXCLUSIVE"},
      {{" REFRESH MATERIALIZED VIEW CONCURRENTLY "}, "EXCLUSIVE"},
      {{" REFRESH MATERIALIZED VIEW "}, "ACCESS EXCLUSIVE"},
      {{" REINDEX ", " CONCURRENTLY "}, "SHARE UPDATE EXCLUSIVE"},
      {{" REINDEX "}, "ACCESS EXCLUSIVE"},
      {{" CLUSTER "}, "ACCESS EXCLUSIVE"},
      {{" VACUUM FULL "}, "ACCESS EXCLUSIVE"},
      {{" VACUUM "}, "SHARE UPDATE EXCLUSIVE"},
      {{" ANALYZE "}, "SHARE UPDATE EXCLUSIVE"},
      {{" COMMENT ON COLUMN "}, "SHARE UPDATE EXCLUSIVE"},
      {{" COMMENT ON TABLE "}, "SHARE UPDATE EXCLUSIVE"},
      {{" INSERT "}, "ROW EXCLUSIVE"},
      {{" UPDATE "}, "ROW EXCLUSIVE"},
      {{" DELETE "}, "ROW EXCLUSIVE"},
      {{" MERGE "}, "ROW EXCLUSIVE"},
      {{" SELECT ", " FOR UPDATE "}, "ROW SHARE"},
      {{" SELECT "}, "ACCESS SHARE"},
  };
  return rules;
}

}  // namespace

std::string_view lock_of(std::string_view statement) {
  constexpr std::size_t most_words = 200;
  const std::string words = words_of(statement, most_words);
  for (const Rule& rule : rules()) {
    if (!words.starts_with(rule.words[0])) continue;
    bool has_all = true;
    for (const char* each : rule.words) has_all = has_all && words.find(each) != std::string::npos;
    if (has_all) return rule.lock;
  }
  return {};
}

}  // namespace postgres
