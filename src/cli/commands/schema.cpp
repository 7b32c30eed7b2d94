// waxwing schema: the tables of the database, and whether they are those that are expected.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/table_list.hpp"
#include "schema/expectation.hpp"
#include "script/migration.hpp"

namespace cli {

namespace {

using base::Error;
using base::Mark;

base::Exit tables(Context& context) {
  const auto connection = context.project().connect(migrate::Purpose::check);
  const postgres::Result rows = read_table_list(*connection);
  nlohmann::ordered_json json = document();
  json["tables"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const bool counted = !rows.is_null(i, 4);
    json["tables"].push_back({{"schema", rows.text(i, 0)},
                              {"name", rows.text(i, 1)},
                              {"kind", rows.text(i, 2)},
                              {"owner", rows.text(i, 3)},
                              {"estimated_rows", counted ? nlohmann::ordered_json(rows.integer(i, 4)) : nullptr},
                              {"bytes", rows.integer(i, 5)}});
  }
  if (context.json())
    context.console.json(json);
  else
    print_table_list(context.console, rows);
  return base::Exit::done;
}

/// Like other paths on the command line: from the folder of -C.
std::string on_command_line(Context& context, const std::string& path) {
  return path.starts_with("/") ? path : context.directory() + "/" + path;
}

base::Exit write(Context& context, const std::string& path) {
  migrate::Project& project = context.project();
  const std::string file = on_command_line(context, path);
  if (base::file_exists(file)) throw Error(base::code::file_exists, path + " exists").state("nothing was changed");
  const auto connection = project.connect(migrate::Purpose::check);
  base::write_file(file, schema::expectation_text(*connection, project.config().text("ledger_schema")));
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["path"] = path;
    context.console.json(json);
  } else {
    context.console.result("wrote " + path);
  }
  return base::Exit::done;
}

nlohmann::ordered_json verdict_json(const std::vector<schema::ExpectedGroup>& groups, const schema::Verdict& verdict,
                                    std::size_t tables, bool passed) {
  nlohmann::ordered_json json = document();
  json["groups"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const schema::TableVerdict& each : verdict.groups[i])
      list.push_back({{"name", each.table}, {"exists", each.exists}, {"differences", each.differences}});
    json["groups"].push_back({{"name", groups[i].name}, {"tables", list}});
  }
  json["tables"] = tables;
  json["missing"] = verdict.missing;
  json["different"] = verdict.different;
  json["unexpected"] = verdict.unexpected;
  json["passed"] = passed;
  return json;
}

void print_verdict(base::Console& console, const std::vector<schema::ExpectedGroup>& groups,
                   const schema::Verdict& verdict, std::size_t tables, bool exact) {
  const auto count = [](std::size_t n, const char* what) { return base::count_of(static_cast<long long>(n), what); };
  for (std::size_t i = 0; i < groups.size(); ++i) {
    console.result(fmt::format("{} ({}):", groups[i].name, groups[i].tables.size()));
    for (const schema::TableVerdict& each : verdict.groups[i]) {
      console.result(fmt::format("  {} {}{}",
                                 console.mark(each.exists && each.differences.empty() ? Mark::ok : Mark::failed),
                                 each.table, each.exists ? "" : " is missing"));
      for (const std::string& line : each.differences) console.result("      " + line);
    }
    console.result("");
  }
  if (!verdict.unexpected.empty())
    console.result(fmt::format("{} Not in the list: {}", console.mark(exact ? Mark::failed : Mark::warning),
                               base::join(verdict.unexpected, ", ")));
  const std::string all = count(tables, "table") + " in " + count(groups.size(), "group");
  if (verdict.missing > 0)
    console.result(fmt::format("{} {} of {} missing", console.mark(Mark::failed), verdict.missing, all));
  if (verdict.different > 0)
    console.result(fmt::format("{} {} of {} different", console.mark(Mark::failed), verdict.different, all));
  if (verdict.missing == 0)
    console.result(
        fmt::format("{} {}. No missing tables.", console.mark(verdict.different ? Mark::warning : Mark::ok), all));
}

base::Exit verify(Context& context) {
  if (context.arguments.has("write")) return write(context, context.arguments.value("write"));
  const std::string path = context.argument(1);
  if (path.empty())
    throw Error(base::code::usage, "schema verify needs a file")
        .because("usage: waxwing schema verify EXPECTED.lua | --write FILE")
        .advise("waxwing schema verify --write expected.lua    makes one from the database");
  migrate::Project& project = context.project();
  const base::Value file =
      script::evaluate_config(base::read_file(on_command_line(context, path)), path, project.surroundings());
  const std::vector<schema::ExpectedGroup> groups = schema::read_expectation(file, path);
  const auto connection = project.connect(migrate::Purpose::check);
  const schema::Verdict verdict = schema::verify(*connection, groups, project.config().text("ledger_schema"));
  const bool exact = context.arguments.has("exact");
  const bool passed = verdict.missing == 0 && verdict.different == 0 && (!exact || verdict.unexpected.empty());
  std::size_t tables = 0;
  for (const schema::ExpectedGroup& group : groups) tables += group.tables.size();
  if (context.json())
    context.console.json(verdict_json(groups, verdict, tables, passed));
  else
    print_verdict(context.console, groups, verdict, tables, exact);
  return passed ? base::Exit::done : base::Exit::schema_differs;
}

base::Exit run(Context& context) {
  const std::string verb = context.argument(0);
  if (verb == "tables") return tables(context);
  if (verb == "verify") return verify(context);
  throw Error(base::code::usage,
              "unknown word \"" + verb + "\"" + base::did_you_mean_suffix(verb, {"tables", "verify"}))
      .because("usage: waxwing schema tables | verify");
}

}  // namespace

extern const Command schema_command;
const Command schema_command{
    "schema",
    "tables | verify EXPECTED.lua | verify --write FILE",
    "List the tables, or compare them with a list of those that are expected.",
    1,
    2,
    {{"--write", "FILE", "verify: write the list that the database fits."},
     {"--exact", nullptr, "verify: tables that are not in the list are a difference too."}},
    run,
    "EXPECTED.lua returns { groups = { { name = \"Core Tables\", tables = { \"users\", { name = \"items\", columns = "
    "{\n"
    "id = \"uuid not null\" }, constraints = { \"uq_items_barcode_tenant\" }, indexes = { ... } } } } } }. Of a table\n"
    "that is only named nothing else is looked at. Exit status 7 when the database differs."};

}  // namespace cli
