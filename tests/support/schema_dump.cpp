// pg_dump and psql, and the normal form of a dump; the catalogue's own words where pg_dump is older than the server.
#include "support/schema_dump.hpp"

#include <algorithm>

#include "base/process.hpp"
#include "base/text.hpp"
#include "postgres/sql_text.hpp"
#include "support/client_programs.hpp"
#include "support/database.hpp"

namespace tests {

namespace {

/// Column order is no difference, so the lines of a CREATE TABLE are sorted.
std::string normal(std::string_view statement) {
  std::string text(statement);
  if (!text.starts_with("CREATE TABLE") && !text.starts_with("CREATE UNLOGGED TABLE")) return text;
  std::vector<std::string> lines = base::split(text, '\n');
  for (std::string& line : lines)
    if (line.ends_with(',')) line.pop_back();
  std::sort(lines.begin() + 1, lines.end());
  return base::join(lines, "\n");
}

}  // namespace

std::vector<std::string> schema_of(const postgres::Url& url) {
  return connect(url)->server_version() / 10000 > pg_dump_version() ? catalogue_of(url) : dump_of(url);
}

std::vector<std::string> dump_of(const postgres::Url& url) {
  const base::ProcessResult dump =
      base::run_process({client_folder() + "/pg_dump", "--schema-only", "--no-owner", "--no-privileges",
                         "--exclude-schema=waxwing", "--dbname", url.conninfo()});
  if (dump.status != 0) throw std::runtime_error(dump.err);
  std::string sql;
  for (const std::string& line : base::split(dump.out, '\n'))
    if (!line.starts_with("\\") && !line.starts_with("--")) sql += line + "\n";
  std::vector<std::string> statements;
  for (const postgres::Statement& statement : postgres::split_statements(sql))
    if (!statement.text.starts_with("SET ") && !statement.text.starts_with("SELECT pg_catalog.set_config"))
      statements.push_back(normal(statement.text));
  std::sort(statements.begin(), statements.end());
  return statements;
}

std::string difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> more, less;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(more));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(less));
  std::string text;
  for (const std::string& each : more) text += "only in the first: " + each + "\n";
  for (const std::string& each : less) text += "only in the second: " + each + "\n";
  return text;
}

void psql_file(const postgres::Url& url, const std::string& path, const std::vector<std::string>& options) {
  std::vector<std::string> command = {
      client_folder() + "/psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", url.conninfo(), "-f", path};
  command.insert(command.end(), options.begin(), options.end());
  const base::ProcessResult result = base::run_process(command);
  if (result.status != 0) throw std::runtime_error(result.err);
}

}  // namespace tests
