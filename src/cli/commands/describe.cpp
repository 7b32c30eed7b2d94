// waxwing describe: a table as psql's \d shows it.
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/describe_output.hpp"
#include "cli/output.hpp"
#include "schema/description.hpp"

namespace cli {

namespace {

using schema::Description;

nlohmann::ordered_json to_json(const Description& description) {
  nlohmann::ordered_json json = document();
  json["kind"] = description.kind;
  json["schema"] = description.schema;
  json["name"] = description.name;
  if (description.headings.empty()) {
    json["columns"] = nlohmann::ordered_json::array();
    for (const schema::DescribedColumn& each : description.columns)
      json["columns"].push_back({{"name", each.name},
                                 {"type", each.type},
                                 {"collation", each.collation},
                                 {"not_null", each.not_null},
                                 {"default", each.default_value}});
  } else {
    json["rows"] = nlohmann::ordered_json::array();
    for (const auto& row : description.rows) {
      nlohmann::ordered_json entry = nlohmann::ordered_json::object();
      for (std::size_t i = 0; i < row.size(); ++i)
        entry[base::replace_all(base::lower(description.headings[i]), "?", "")] = row[i];
      json["rows"].push_back(entry);
    }
  }
  for (const schema::DescribedItem& fact : description.facts) json[fact.name] = fact.text;
  for (const schema::DescribedSection& section : description.sections) {
    json[section.key] = nlohmann::ordered_json::array();
    for (const schema::DescribedItem& item : section.items)
      json[section.key].push_back({{"name", item.name}, {"definition", item.text}});
  }
  return json;
}

base::Exit run(Context& context) {
  const auto connection = context.project().connect(migrate::Purpose::check);
  const Description description = schema::describe(*connection, context.argument(0));
  base::Console& console = context.console;
  if (context.json()) {
    console.json(to_json(description));
    return base::Exit::done;
  }
  print_description(console, description);
  return base::Exit::done;
}

}  // namespace

extern const Command describe_command;
const Command describe_command{
    "describe",
    "NAME",
    "Show a table, view, sequence, index or type, as psql's \\d does.",
    1,
    1,
    {},
    run,
    "Columns, indexes, check constraints, foreign keys, who refers to it, policies, rules, triggers, partitions. With\n"
    "--verbose partitions and child tables are listed, not only counted."};

}  // namespace cli
