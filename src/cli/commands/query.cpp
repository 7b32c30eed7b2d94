// waxwing query: runs a query that has a name.
#include <fmt/format.h>

#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/result_table.hpp"
#include "cli/text_table.hpp"
#include "migrate/saved_queries.hpp"

namespace cli {

namespace {

using base::Error;
using migrate::SavedQuery;
using postgres::Result;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos && !text.empty()) return text;
  return "\"" + base::replace_all(text, "\"", "\"\"") + "\"";
}

/// RFC 4180, with LF; NULL is an empty field and an empty text is "", as COPY ... CSV writes them.
std::string csv(const Result& rows) {
  std::string text;
  std::vector<std::string> line;
  for (std::size_t k = 0; k < rows.columns(); ++k) line.push_back(csv_field(std::string(rows.column_name(k))));
  text += base::join(line, ",") + "\n";
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    line.clear();
    for (std::size_t k = 0; k < rows.columns(); ++k)
      line.push_back(rows.is_null(i, k) ? "" : csv_field(rows.text(i, k)));
    text += base::join(line, ",") + "\n";
  }
  return text;
}

nlohmann::ordered_json to_json(const SavedQuery& query, const Result& rows) {
  nlohmann::ordered_json json = document();
  json["name"] = query.name;
  add_rows(json, rows);
  return json;
}

base::Exit list(Context& context, const std::vector<SavedQuery>& queries) {
  nlohmann::ordered_json json = document();
  json["queries"] = nlohmann::ordered_json::array();
  TextTable table{"", {{"name"}, {"from"}, {"parameters"}, {"description"}}, {}};
  for (const SavedQuery& each : queries) {
    json["queries"].push_back({{"name", each.name},
                               {"description", each.description},
                               {"origin", each.origin},
                               {"parameters", each.parameters}});
    table.rows.push_back({each.name, each.origin, base::join(each.parameters, ", "), each.description});
  }
  if (context.json())
    context.console.json(json);
  else
    for (const std::string& line : table.lines()) context.console.result(line);
  return base::Exit::done;
}

std::map<std::string, std::string> parameters(Context& context) {
  std::map<std::string, std::string> values;
  for (const std::string& pair : context.arguments.values("param")) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(base::code::usage, fmt::format("--param takes name=value, got \"{}\"", pair));
    values[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return values;
}

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const std::vector<SavedQuery> queries = migrate::saved_queries(project);
  if (context.arguments.has("list")) return list(context, queries);
  if (context.argument(0).empty()) throw Error(base::code::usage, "query needs a name").advise("waxwing query --list");
  SavedQuery query = migrate::find_query(queries, context.argument(0));
  const auto values = parameters(context);
  if (context.arguments.has("show")) {
    context.console.raw(query.sql + "\n");
    return base::Exit::done;
  }
  if (context.arguments.has("explain")) query.sql = "EXPLAIN (ANALYZE, BUFFERS) " + query.sql;
  const auto connection = project.connect(migrate::Purpose::check);
  const Result rows = migrate::run_query(*connection, query, values);
  if (context.json())
    context.console.json(to_json(query, rows));
  else if (context.arguments.has("csv"))
    context.console.raw(csv(rows));
  else
    print_rows(context.console, rows);
  return base::Exit::done;
}

}  // namespace

extern const Command query_command;
const Command query_command{
    "query",
    "NAME [--param NAME=VALUE] | --list",
    "Run a saved query in a read-only transaction.",
    0,
    1,
    {{"--param", "NAME=VALUE", "A value for :NAME in the query; may be repeated."},
     {"--csv", nullptr, "Print CSV."},
     {"--explain", nullptr, "Run it and print its plan with times and buffers (EXPLAIN ANALYZE) instead of its rows."},
     {"--show", nullptr, "Print the statement instead of running it."},
     {"-l,--list", nullptr, "List the queries of the project and the built-in ones."}},
    run,
    "A query is a file queries/NAME.sql beside waxwing.lua, or an entry of its `queries` setting. Lines\n"
    "\"-- name: NAME\" and \"-- description: TEXT\" at its top say what it is; :author stands for --param author=...,\n"
    "which is sent apart from the statement. Built in are index-usage, table-sizes, locks, long-transactions,\n"
    "unvalidated and id-types; one of the project replaces a built-in one of its name."};

}  // namespace cli
