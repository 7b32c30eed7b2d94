// Columns, facts, then a section for each kind of thing that hangs on it.
#include "cli/describe_output.hpp"

#include <fmt/format.h>

#include "cli/text_table.hpp"

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

}  // namespace

void print_description(base::Console& console, const Description& description) {
  const TextTable table = table_of(description);
  if (table.rows.empty() && description.columns.empty() && !description.sections.empty()) {
    console.result(table.title);
  } else {
    for (const std::string& line : table.lines()) console.result(line);
  }
  for (const schema::DescribedItem& fact : description.facts) console.result(fact.text);
  for (const schema::DescribedSection& section : description.sections) print_section(console, section);
}

}  // namespace cli
