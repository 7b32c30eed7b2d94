// Reads queries/*.sql, the setting `queries`, and the files of migrate/queries that are in the program.
#include "migrate/saved_queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "postgres/read_only.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"

struct waxwing_embedded_file {
  const char* name;
  const char* begin;
  const char* end;
};
extern "C" const waxwing_embedded_file embedded_queries[];

namespace migrate {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr const char* built_in = "built-in";
constexpr const char* folder = "queries";

Error bad(const std::string& origin, const std::string& what) { return Error(code::bad_query, what).at(origin); }

/// `-- name: x` and `-- description: y` lines above the statement.
SavedQuery parse_query(const std::string& text, const std::string& origin, const std::string& fallback_name) {
  SavedQuery query{fallback_name, "", "", origin, {}};
  for (const std::string& line : base::split(text, '\n')) {
    const std::string_view words = base::trim(line);
    if (words.empty()) continue;
    if (!words.starts_with("--")) break;
    const std::string_view comment = base::trim(words.substr(2));
    const auto value = [&](std::string_view key) {
      return comment.starts_with(key) ? std::string(base::trim(comment.substr(key.size()))) : std::string();
    };
    if (const std::string name = value("name:"); !name.empty()) query.name = name;
    if (const std::string description = value("description:"); !description.empty()) query.description = description;
  }
  const std::vector<postgres::Statement> statements = postgres::split_statements(text);
  if (statements.size() != 1)
    throw bad(origin, fmt::format("the query \"{}\" has {}, and one is expected", query.name,
                                  base::count_of(static_cast<long long>(statements.size()), "statement")));
  const postgres::StatementClass kind = postgres::classify(statements[0].text);
  if (kind.breaks_transaction || kind.kind == postgres::StatementKind::transaction_control ||
      kind.kind == postgres::StatementKind::setting)
    throw bad(origin, fmt::format("the query \"{}\" does not read", query.name))
        .because("it runs in a read-only transaction that it must leave alone");
  query.sql = number_parameters(std::string(statements[0].text), query.parameters);
  return query;
}

void put(std::vector<SavedQuery>& queries, SavedQuery query) {
  for (SavedQuery& each : queries) {
    if (each.name != query.name) continue;
    if (each.origin != built_in)
      throw bad(query.origin, fmt::format("there are two queries \"{}\"", query.name)).at(each.origin);
    each = std::move(query);
    return;
  }
  queries.push_back(std::move(query));
}

void read_folder(const Project& project, std::vector<SavedQuery>& queries) {
  std::error_code none;
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(project.absolute(folder), none))
    if (entry.path().extension() == ".sql") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files)
    put(queries, parse_query(base::read_file(file), project.shown(file), fs::path(file).stem().string()));
}

void read_setting(const Project& project, std::vector<SavedQuery>& queries) {
  const base::Value& setting = project.config()["queries"].value;
  const base::Map* map = setting.get_if<base::Map>();
  if (!map) return;
  for (const auto& [name, value] : *map) {
    const base::Value* sql = value.get_if<std::string>() ? &value : value.find("sql");
    if (!sql || !sql->get_if<std::string>())
      throw bad(project.config().file(),
                fmt::format("queries.{} is neither a text nor {{ sql = ..., description = ... }}", name));
    SavedQuery query = parse_query(*sql->get_if<std::string>(), project.config().file(), name);
    query.name = name;
    if (const base::Value* description = value.find("description"); description && description->get_if<std::string>())
      query.description = *description->get_if<std::string>();
    put(queries, std::move(query));
  }
}

}  // namespace

std::string number_parameters(const std::string& sql, std::vector<std::string>& names) {
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    const postgres::Scanned piece = postgres::scan_piece(sql, at);
    const bool follows_word =
        at > 0 && (postgres::is_word_part(sql[at - 1]) || sql[at - 1] == ':' || sql[at - 1] == ']');
    if (sql[at] == ':' && !follows_word && at + 1 < sql.size() && postgres::is_word_start(sql[at + 1])) {
      const std::size_t end = postgres::scan_piece(sql, at + 1).end;
      const std::string name = sql.substr(at + 1, end - at - 1);
      auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) found = names.insert(names.end(), name);
      out += fmt::format("${}", found - names.begin() + 1);
      at = end;
      continue;
    }
    out += sql.substr(at, piece.end - at);
    at = piece.end;
  }
  return out;
}

std::vector<SavedQuery> saved_queries(const Project& project) {
  std::vector<SavedQuery> queries;
  for (const waxwing_embedded_file* file = embedded_queries; file->name; ++file)
    put(queries, parse_query(std::string(file->begin, file->end), built_in, fs::path(file->name).stem().string()));
  read_folder(project, queries);
  read_setting(project, queries);
  std::sort(queries.begin(), queries.end(), [](const SavedQuery& a, const SavedQuery& b) { return a.name < b.name; });
  return queries;
}

const SavedQuery& find_query(const std::vector<SavedQuery>& queries, const std::string& name) {
  std::vector<std::string> names;
  for (const SavedQuery& each : queries) {
    if (each.name == name) return each;
    names.push_back(each.name);
  }
  throw Error(code::unknown_query,
              fmt::format("there is no query \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
      .because("queries are " + base::join(names, ", "))
      .advise("waxwing query --list    tells what each is about; a query of your own is a file queries/NAME.sql");
}

postgres::Result run_query(postgres::Session& session, const SavedQuery& query,
                           const std::map<std::string, std::string>& values) {
  postgres::Parameters parameters;
  std::vector<std::string> missing;
  for (const std::string& name : query.parameters) {
    const auto found = values.find(name);
    if (found == values.end())
      missing.push_back("--param " + name + "=...");
    else
      parameters.push_back({found->second});
  }
  if (!missing.empty())
    throw bad(query.origin, fmt::format("the query \"{}\" needs {}", query.name, base::join(missing, " ")));
  for (const auto& [name, value] : values)
    if (std::find(query.parameters.begin(), query.parameters.end(), name) == query.parameters.end())
      throw bad(query.origin, fmt::format("the query \"{}\" has no parameter \"{}\"{}", query.name, name,
                                          base::did_you_mean_suffix(name, query.parameters)))
          .because(query.parameters.empty() ? "it has none"
                                            : "its parameters are " + base::join(query.parameters, ", "));
  const postgres::ReadOnlyTransaction transaction(session);
  // Somebody may hold the very lock that the query is to tell about.
  session.query("SET LOCAL lock_timeout = '5s'");
  return session.query(query.sql, parameters);
}

}  // namespace migrate
