// waxwing check: looks for rows that a constraint would not allow.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "postgres/read_only.hpp"
#include "schema/duplicates.hpp"
#include "schema/orphans.hpp"

namespace cli {

namespace {

using base::Error;
using base::Mark;

std::size_t limit_of(Context& context, std::size_t fallback) {
  if (!context.arguments.has("limit")) return fallback;
  const std::string text = context.arguments.value("limit");
  char* end = nullptr;
  const long limit = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || limit < 0)
    throw Error(base::code::usage, fmt::format("--limit takes a number, got \"{}\"", text));
  return static_cast<std::size_t>(limit);
}

/// "3", or "(3, 7)" for a key of several columns.
std::string id_text(const std::vector<std::string>& id) {
  return id.size() == 1 ? id[0] : "(" + base::join(id, ", ") + ")";
}

std::string ids_text(const schema::DuplicateGroup& group) {
  std::vector<std::string> ids;
  for (const auto& id : group.ids) ids.push_back(id_text(id));
  if (static_cast<long long>(ids.size()) < group.rows) ids.emplace_back("...");
  return base::join(ids, ", ");
}

nlohmann::ordered_json duplicates_json(const schema::DuplicateQuestion& question, const schema::Duplicates& found) {
  nlohmann::ordered_json json = document();
  json["table"] = question.relation.shown;
  json["columns"] = question.columns;
  json["primary_key"] = found.key;
  json["group_count"] = found.group_count;
  json["row_count"] = found.row_count;
  json["groups"] = nlohmann::ordered_json::array();
  for (const schema::DuplicateGroup& group : found.groups) {
    nlohmann::ordered_json values = nlohmann::ordered_json::array();
    for (const auto& value : group.values) values.push_back(value ? nlohmann::ordered_json(*value) : nullptr);
    json["groups"].push_back({{"values", values}, {"rows", group.rows}, {"ids", group.ids}});
  }
  return json;
}

void print_duplicates(base::Console& console, const schema::DuplicateQuestion& question,
                      const schema::Duplicates& found) {
  const std::string what = fmt::format("{} ({})", question.relation.shown, base::join(question.columns, ", "));
  if (found.group_count == 0)
    return console.result(fmt::format("{} No duplicates in {}", console.mark(Mark::ok), what));
  TextTable table;
  for (const std::string& column : question.columns) table.columns.push_back({column});
  table.columns.push_back({"rows", true});
  if (!found.key.empty()) table.columns.push_back({base::join(found.key, ", ")});
  for (const schema::DuplicateGroup& group : found.groups) {
    std::vector<std::string>& row = table.rows.emplace_back();
    for (const auto& value : group.values) row.push_back(value.value_or("NULL"));
    row.push_back(std::to_string(group.rows));
    if (!found.key.empty()) row.push_back(ids_text(group));
  }
  if (!table.rows.empty())
    for (const std::string& line : table.lines()) console.result(line);
  const long long hidden = found.group_count - static_cast<long long>(found.groups.size());
  if (hidden > 0)
    console.result(
        fmt::format("... and {} (--limit {})", base::count_of(hidden, "more group", "more groups"), found.group_count));
  console.result("");
  console.result(fmt::format("{} Found {} of duplicates ({}) in {}", console.mark(Mark::failed),
                             base::count_of(found.group_count, "group"), base::count_of(found.row_count, "row"), what));
  console.result("  to list them: " + found.sql);
}

base::Exit duplicates(Context& context) {
  const std::vector<std::string>& words = context.arguments.positional;
  if (words.size() < 3)
    throw Error(base::code::usage, "check duplicates needs a table and columns")
        .because("usage: waxwing check duplicates TABLE COLUMNS")
        .advise("waxwing check duplicates users tenant_id,email");
  const auto connection = context.project().connect(migrate::Purpose::check);
  schema::DuplicateQuestion question;
  question.relation = schema::find_relation(*connection, words[1]);
  question.columns = schema::split_columns({words.begin() + 2, words.end()});
  question.where = context.arguments.value("where");
  question.nulls_not_distinct = context.arguments.has("nulls-not-distinct");
  question.most_groups = limit_of(context, question.most_groups);
  const postgres::ReadOnlyTransaction transaction(*connection);
  const schema::Duplicates found = schema::find_duplicates(*connection, question);
  if (context.json())
    context.console.json(duplicates_json(question, found));
  else
    print_duplicates(context.console, question, found);
  return found.group_count == 0 ? base::Exit::done : base::Exit::validation_failed;
}

void print_orphans(base::Console& console, const schema::Reference& reference, const schema::Orphans& found) {
  std::string what = reference.shown();
  if (!reference.constraint.empty())
    what += fmt::format(" ({}{})", reference.constraint, reference.validated ? "" : ", NOT VALID");
  if (found.count == 0) return console.result(fmt::format("{} {}", console.mark(Mark::ok), what));
  console.result(fmt::format("{} {}: {}", console.mark(Mark::failed), what, base::count_of(found.count, "orphan")));
  for (const std::string& sample : found.samples) console.result("    " + sample);
  if (found.count > static_cast<long long>(found.samples.size()) && !found.samples.empty()) console.result("    ...");
  console.result("  to delete these rows:  " + reference.delete_sql());
  if (const std::string clear = reference.clear_sql(); !clear.empty())
    console.result("  to keep them without:  " + clear);
}

nlohmann::ordered_json orphans_json(const schema::Reference& reference, const schema::Orphans& found) {
  const std::string clear = reference.clear_sql();
  return {{"constraint",
           reference.constraint.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(reference.constraint)},
          {"table", reference.table.shown},
          {"columns", reference.columns},
          {"ref_table", reference.target.shown},
          {"ref_columns", reference.target_columns},
          {"validated", reference.validated},
          {"orphans", found.count},
          {"samples", found.samples},
          {"delete_sql", found.count ? nlohmann::ordered_json(reference.delete_sql()) : nullptr},
          {"clear_sql", found.count && !clear.empty() ? nlohmann::ordered_json(clear) : nullptr}};
}

base::Exit orphans(Context& context) {
  const std::vector<std::string>& words = context.arguments.positional;
  if (words.size() > 3)
    throw Error(base::code::usage, "check orphans takes a table, or a column and the column it refers to")
        .because("usage: waxwing check orphans [TABLE | CHILD.COLUMN PARENT.COLUMN]");
  for (const char* option : {"where", "nulls-not-distinct"})
    if (context.arguments.has(option))
      throw Error(base::code::usage, fmt::format("--{} is for check duplicates", option));
  const auto connection = context.project().connect(migrate::Purpose::check);
  std::vector<schema::Reference> references;
  if (words.size() == 3)
    references.push_back(schema::undeclared_reference(*connection, words[1], words[2]));
  else
    references = schema::foreign_keys(
        *connection, words.size() == 2 ? schema::find_relation(*connection, words[1]).oid : std::string());
  if (words.size() == 1)
    std::erase_if(references, [ledger = context.project().config().text("ledger_schema")](const auto& each) {
      return each.table.schema == ledger;
    });
  const std::size_t limit = limit_of(context, 5);
  nlohmann::ordered_json json = document();
  json["references"] = nlohmann::ordered_json::array();
  long long count = 0, broken = 0;
  const postgres::ReadOnlyTransaction transaction(*connection);
  for (const schema::Reference& reference : references) {
    const schema::Orphans found = schema::find_orphans(*connection, reference, limit);
    count += found.count;
    broken += found.count > 0;
    json["references"].push_back(orphans_json(reference, found));
    print_orphans(context.console, reference, found);
  }
  json["orphans"] = count;
  if (context.json()) {
    context.console.json(json);
  } else if (references.empty()) {
    context.console.result(words.size() == 2 ? "the table has no foreign keys" : "the database has no foreign keys");
  } else {
    const std::string all = base::count_of(static_cast<long long>(references.size()), "reference");
    context.console.result("");
    context.console.result(count == 0 ? fmt::format("{} No orphans in {}", context.console.mark(Mark::ok), all)
                                      : fmt::format("{} Found {} in {} of {}", context.console.mark(Mark::failed),
                                                    base::count_of(count, "orphan"), broken, all));
  }
  return count == 0 ? base::Exit::done : base::Exit::validation_failed;
}

base::Exit run(Context& context) {
  const std::string verb = context.argument(0);
  if (verb == "duplicates") return duplicates(context);
  if (verb == "orphans") return orphans(context);
  throw Error(base::code::usage,
              "unknown word \"" + verb + "\"" + base::did_you_mean_suffix(verb, {"duplicates", "orphans"}))
      .because("usage: waxwing check duplicates | orphans");
}

}  // namespace

extern const Command check_command;
const Command check_command{
    "check",
    "duplicates TABLE COLUMNS | orphans [TABLE | CHILD.COLUMN PARENT.COLUMN]",
    "Look for rows that a unique constraint or a foreign key would not allow.",
    1,
    64,
    {{"--where", "SQL", "duplicates: only rows for which this condition holds."},
     {"--nulls-not-distinct", nullptr, "duplicates: NULL equals NULL."},
     {"--limit", "N", "Show at most N groups (20), or N orphans of each reference (5)."}},
    run,
    "COLUMNS are written a,b or a b; lower(email) is taken as an expression. As for a unique constraint, rows with a\n"
    "NULL in these columns are no duplicates.\n"
    "Without arguments `check orphans` looks at every foreign key of the database, also at those that are NOT VALID;\n"
    "with two columns it looks at a reference that nobody declared. Several columns are written TABLE(A,B).\n"
    "Nothing is changed. Exit status 6 when something was found."};

}  // namespace cli
