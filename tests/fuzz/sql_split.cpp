// Splitting and classifying SQL, compared with PostgreSQL's own scanner.
#include <pg_query.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "postgres/sql_grammar.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"
#include "support/input.hpp"

namespace {

using postgres::Statement;

bool is_blank(std::string_view sql, char also) {
  for (std::size_t at = 0; at < sql.size();) {
    const postgres::Scanned scanned = postgres::scan_piece(sql, at);
    if (scanned.piece != postgres::Piece::space && scanned.piece != postgres::Piece::comment &&
        scanned.piece != postgres::Piece::backslash && sql[at] != also)
      return false;
    at = scanned.end;
  }
  return true;
}

/// Statements and what lies between them are the whole text, and lines are counted from its beginning.
void check_places(std::string_view sql, const std::vector<Statement>& statements) {
  std::size_t end = sql.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (const Statement& each : statements) {
    fuzz::require(each.offset >= end && each.offset + each.text.size() <= sql.size(), "statements are in order");
    fuzz::require(sql.substr(each.offset, each.text.size()) == each.text, "a statement stands at its offset");
    fuzz::require(is_blank(sql.substr(end, each.offset - end), ';'), "between statements are blanks and semicolons");
    fuzz::require(
        each.line == 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(each.offset), '\n'),
        "a statement has its line");
    fuzz::require(!each.text.empty() && !postgres::is_space(each.text.front()) && !postgres::is_space(each.text.back()),
                  "a statement has no blanks around it");
    end = each.offset + each.text.size();
  }
  fuzz::require(is_blank(sql.substr(end), ';'), "behind the last statement is nothing");
}

std::vector<std::string_view> texts_of(const std::vector<Statement>& statements) {
  std::vector<std::string_view> texts;
  for (const Statement& each : statements) texts.push_back(each.text);
  return texts;
}

/// Trailing comments and blanks are no part of our statements.
std::string_view without_end(std::string_view sql) {
  std::size_t start = std::string_view::npos, end = 0;
  for (std::size_t at = 0; at < sql.size();) {
    const postgres::Scanned scanned = postgres::scan_piece(sql, at);
    if (scanned.piece != postgres::Piece::space && scanned.piece != postgres::Piece::comment) {
      start = std::min(start, at);
      end = scanned.end;
    }
    at = scanned.end;
  }
  return end == 0 ? std::string_view() : sql.substr(start, end - start);
}

/// A closing parenthesis too many: the scanner counts below zero, psql does not.
bool closes_too_many(std::string_view sql) {
  int depth = 0;
  for (std::size_t at = 0; at < sql.size() && depth >= 0;) {
    const postgres::Scanned scanned = postgres::scan_piece(sql, at);
    if (scanned.piece == postgres::Piece::other) depth += (sql[at] == '(') - (sql[at] == ')');
    at = scanned.end;
  }
  return depth < 0;
}

/// Differences on purpose: the scanner knows no BEGIN ATOMIC and takes psql's backslashes for operators.
bool is_comparable(std::string_view sql) {
  if (closes_too_many(sql)) return false;
  if (sql.find('\0') != std::string_view::npos || !base::is_valid_utf8(sql) || sql.starts_with("\xEF\xBB\xBF"))
    return false;
  return sql.find('\\') == std::string_view::npos && base::lower(sql).find("atomic") == std::string::npos;
}

struct Theirs {
  bool accepted = false;
  std::vector<std::string_view> texts;
};

Theirs split_by_scanner(std::string_view sql) {
  const std::string text(sql);
  const PgQuerySplitResult result = pg_query_split_with_scanner(text.c_str());
  Theirs theirs{result.error == nullptr, {}};
  for (int i = 0; theirs.accepted && i < result.n_stmts; ++i) {
    const std::string_view one = without_end(sql.substr(static_cast<std::size_t>(result.stmts[i]->stmt_location),
                                                        static_cast<std::size_t>(result.stmts[i]->stmt_len)));
    if (!one.empty()) theirs.texts.push_back(one);
  }
  pg_query_free_split_result(result);
  return theirs;
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  const std::string_view sql = input.rest();
  postgres::classify(sql);
  std::vector<Statement> statements;
  const bool split = fuzz::succeeds([&] { statements = postgres::split_statements(sql); });
  if (split) {
    check_places(sql, statements);
    for (const Statement& each : statements) {
      postgres::classify(each.text);
      // At the start of a text a byte order mark is no part of it.
      if (!each.text.starts_with("\xEF\xBB\xBF"))
        fuzz::require(postgres::split_statements(each.text).size() == 1, "a statement is one statement", each.text);
    }
    // A parenthesis that is left open takes in what comes behind.
    const bool is_closed =
        postgres::split_statements(std::string(sql) + "\n;\nselect 1").size() == statements.size() + 1;
    const std::string twice = std::string(sql) + "\n;\n" + std::string(sql);
    if (is_closed && !sql.starts_with("\xEF\xBB\xBF"))
      fuzz::require(postgres::split_statements(twice).size() == 2 * statements.size(),
                    "two texts are two times as many", sql);
  }
  if (!is_comparable(sql)) return;
  const Theirs theirs = split_by_scanner(sql);
  if (!theirs.accepted) return;
  if (!split) {
    const bool copies = base::lower(sql).find("stdin") != std::string::npos;
    fuzz::require(copies, "what PostgreSQL's scanner reads is read", sql);
    return;
  }
  // What has no keyword at all, theirs leaves out.
  std::erase_if(statements, [](const Statement& each) { return split_by_scanner(each.text).texts.empty(); });
  fuzz::require(theirs.texts == texts_of(statements), "the statements are those of PostgreSQL's scanner", sql);
}
