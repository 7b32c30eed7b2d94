// pg_dump, and the normal form of a dump.
#include "postgres/schema_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "postgres/client_programs.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

namespace {

std::string dump(const Url& url, const std::string& left_out, int major) {
  const ClientAccess access(url);
  const base::ProcessResult result =
      base::run_process({find_client_programs(major * 10000).path("pg_dump"), "--schema-only", "--no-owner",
                         "--exclude-schema", left_out, "--dbname", access.conninfo()},
                        access.process_options());
  if (result.status != 0)
    throw Error(code::program_failed, fmt::format("pg_dump failed with status {}", result.status))
        .because(std::string(base::trim(result.err)));
  return result.out;
}

std::string normal(std::string_view statement) {
  std::string text(statement);
  if (!text.starts_with("CREATE TABLE") && !text.starts_with("CREATE UNLOGGED TABLE")) return text;
  std::vector<std::string> lines = base::split(text, '\n');
  for (std::string& line : lines)
    if (line.ends_with(',')) line.pop_back();
  std::sort(lines.begin() + 1, lines.end());
  return base::join(lines, "\n");
}

void mark(std::string& text, char sign, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements)
    for (const std::string& line : base::split(statement, '\n')) text += fmt::format("{} {}\n", sign, line);
}

}  // namespace

std::vector<std::string> schema_statements(const Url& url, const std::string& left_out, int major) {
  std::string sql;
  for (const std::string& line : base::split(dump(url, left_out, major), '\n'))
    // Newer pg_dumps frame their output with \restrict and a random word.
    if (!line.starts_with("\\") && !line.starts_with("--")) sql += line + "\n";
  std::vector<std::string> statements;
  for (const Statement& statement : split_statements(sql))
    if (!statement.text.starts_with("SET ") && !statement.text.starts_with("SELECT pg_catalog.set_config"))
      statements.push_back(normal(statement.text));
  std::sort(statements.begin(), statements.end());
  return statements;
}

std::string schema_difference(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> gone, come;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(come));
  std::string text;
  mark(text, '-', gone);
  mark(text, '+', come);
  return text;
}

}  // namespace postgres
