// waxwing describe: a table as psql's \d shows it.
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "schema/description.hpp"

namespace cli {

namespace {

using schema::Description;

/// Only the count of partitions and child tables is told; names and bounds with --verbose, as \d+ does.
bool is_counted(const schema::DescribedSection& section) {
  const std::string_view key = section.key;
  return key == "partitions" || key == "child_tables";
}

TextTable table_of(const Description& description) {
  TextTable table;
  table.title = fmt::format("{} \"{}.{}\"", description.kind, description.schema, description.name);
  if (!description.headings.empty()) {
    const bool sequence = description.kind.ends_with("equence");
    for (const std::string& heading : description.headings)
      table.columns.push_back({heading, sequence && heading != "Type" && heading != "Cycles?"});
    table.rows = description.rows;
    return table;
  }
  table.columns = {{"Column"}, {"Type"}, {"Collation"}, {"Nullable"}, {"Default"}};
  for (const schema::DescribedColumn& each : description.columns)
    table.rows.push_back({each.name, each.type, each.collation, each.not_null ? "not null" : "", each.default_value});
  return table;
}

void print_section(base::Console& console, const schema::DescribedSection& section) {
  const std::size_t count = section.items.size();
  if (is_counted(section) && !console.options().verbose) {
    const bool partitions = std::string_view(section.key) == "partitions";
    const char* what = partitions ? "partitions" : "child tables";
    console.result(count == 0 ? fmt::format("Number of {}: 0", what)
                              : fmt::format("Number of {}: {} (--verbose lists them.)", what, count));
    return;
  }
  const std::string_view title = section.title;
  if (std::string_view(section.key) == "inherits") {
    for (std::size_t i = 0; i < count; ++i)
      console.result((i == 0 ? "Inherits: " : std::string(10, ' ')) + section.items[i].text +
                     (i + 1 < count ? "," : ""));
    return;
  }
  console.result(fmt::format("{}{}", title, title.ends_with(")") && count == 0 ? "" : ":"));
  for (const schema::DescribedItem& item : section.items) console.result("    " + item.text);
}

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
  const TextTable table = table_of(description);
  if (table.rows.empty() && description.columns.empty() && !description.sections.empty()) {
    console.result(table.title);
  } else {
    for (const std::string& line : table.lines()) console.result(line);
  }
  for (const schema::DescribedItem& fact : description.facts) console.result(fact.text);
  for (const schema::DescribedSection& section : description.sections) print_section(console, section);
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
