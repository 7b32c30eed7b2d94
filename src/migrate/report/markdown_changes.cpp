// What a run changed, table by table: columns, indexes, constraints, rows.
#include "migrate/report/markdown_changes.hpp"

#include "migrate/report/markdown_text.hpp"
#include "migrate/report/wording.hpp"

namespace migrate::report {

using nlohmann::ordered_json;

namespace {

class Changes : public MarkdownText {
 public:
  explicit Changes(const ordered_json& document) : d_(document), is_restore_(document["command"] == "restore") {}

  std::string write() {
    tables();
    other_objects();
    return take();
  }

 private:
  /// " (foreign key to books)" when a foreign key of this one column is among the facts.
  static std::string reference_of(const ordered_json& column, const ordered_json& constraints) {
    for (const ordered_json& each : constraints)
      if (at(each["attributes"], "type") == "foreign key" &&
          text(at(each["attributes"], "columns")) == ordered_json::array({column["name"]}).dump())
        return " (foreign key to " + short_name(text(each["attributes"]["references"])) + ")";
    return {};
  }

  void tables() {
    if (d_["tables"].empty()) return;
    line("## {}\n",
         is_restore_ ? std::string("What Is Different Now") : fmt::format("Post-{} Verification", noun_of_run(d_)));
    int number = 0;
    for (const ordered_json& table : d_["tables"]) {
      bool is_ok = d_["status"] == "done";
      for (const ordered_json& each : table["evidence"]) is_ok = is_ok && each["state"] != "failed";
      line("### {}. {} Table {}\n", ++number, plain(title_of_table(text(table["table"]))), mark(is_ok));
      if (table["state"] == "dropped")
        dropped(table);
      else
        changed(table);
    }
    rule();
  }

  void dropped(const ordered_json& table) {
    line("**Status:** **DROPPED**, with {}\n",
         rows_text(table["rows_before"], table["exact"] != false, text(table["table"])));
    for (const ordered_json& each : table["evidence"])
      if (each["group"] == "dropped")
        line("{}Result: `{}` {}\n", block("sql", text(each["sql"]) + ";"), text(each["found"]), mark_of(each["state"]));
  }

  void changed(const ordered_json& table) {
    if (table["state"] == "created") line("**Status:** **CREATED**\n");
    for (const ordered_json& change : table["changes"])
      line("- {}: {} → {}", plain(text(change["attribute"])), plain(text(change["before"])),
           plain(text(change["after"])));
    columns(table);
    indexes(table);
    constraints(table);
    data(table);
  }

  void columns(const ordered_json& table) {
    const ordered_json& columns = table["columns"];
    std::string was, is;
    for (const ordered_json& each : columns["removed"])
      was += column_text(each["name"], each["attributes"]) + reference_of(each, table["constraints"]["removed"]) + "\n";
    for (const ordered_json& each : columns["changed"]) {
      was += column_text(each["name"], each["before"]) + "\n";
      is += column_text(each["name"], each["attributes"]) + "\n";
    }
    for (const ordered_json& each : columns["added"])
      is += column_text(each["name"], each["attributes"]) + reference_of(each, table["constraints"]["added"]) + "\n";
    if (was.empty() && is.empty()) return;
    std::string body;
    if (!was.empty()) body += "-- OLD\n" + was;
    if (!was.empty() && !is.empty()) body += "\n";
    if (!is.empty()) body += (table["state"] == "created" ? "" : "-- NEW\n") + is;
    line("**{}:**\n{}", table["state"] == "created" ? "Columns" : "Column Changes", block("sql", body));
  }

  /// Indexes, and the constraints that are indexes too.
  void indexes(const ordered_json& table) {
    for (const auto& [verb, headline] : {std::pair("added", "Created"), std::pair("removed", "Removed")}) {
      std::string body;
      std::size_t count = 0;
      for (const char* part : {"indexes", "constraints"})
        for (const ordered_json& each : table[part][verb])
          if (part == std::string_view("indexes") || !text(at(each["attributes"], "index")).empty()) {
            body += index_text(each) + "\n";
            ++count;
          }
      if (count) line("**{} {}:**\n{}", count == 1 ? "Index" : "Indexes", headline, block("", body));
    }
  }

  void constraints(const ordered_json& table) {
    for (const auto& [verb, said] : {std::pair("added", "ADDED"), std::pair("removed", "REMOVED")})
      for (const ordered_json& each : table["constraints"][verb])
        if (text(at(each["attributes"], "index")).empty())
          line("- {} `{}` - {}: {}", text(each["attributes"]["type"]), text(each["name"]), said,
               code(text(each["attributes"]["definition"])));
    for (const ordered_json& each : table["constraints"]["changed"])
      for (const ordered_json& change : each["changes"])
        line("- constraint {} {}: {} → {}", code(text(each["name"])), plain(text(change["attribute"])),
             plain(text(change["before"])), plain(text(change["after"])));
    line("");
  }

  void data(const ordered_json& table) {
    const std::string name = text(table["table"]);
    const ordered_json &before = table["rows_before"], &after = table["rows_after"];
    const bool has_columns = !table["columns"]["added"].empty() && table["state"] == "changed";
    if (!has_columns) {
      if (before.is_number() && after.is_number() && before != after)
        line("**Rows:** {} before, {} after\n", before.get<long long>(), after.get<long long>());
      return;
    }
    if (is_restore_) return;
    line("**Data Migration:**");
    if (after == 0) {
      const std::string noun = rows_of_table(0, name).substr(2);
      line("- No {} in database, migration not applicable\n- Column structure correct and ready for new {}\n",
           plain(noun), plain(noun));
      return;
    }
    for (const ordered_json& each : table["evidence"]) {
      if (each["group"] != "values" || !each["rows"].is_array()) continue;
      const std::string column = text(each["title"]).substr(text(each["title"]).rfind('.') + 1);
      line("{}| {} | count |\n|---|---:|", block("sql", text(each["sql"]) + ";"), plain(column));
      for (const ordered_json& row : each["rows"])
        line("| {} | {} |", row[0].is_null() ? "NULL" : plain(row[0].is_string() ? text(row[0]) : row[0].dump()),
             row[1].dump());
      line("");
      if (before == after && each["rows"].size() == 1 && !each["rows"][0][0].is_null() && each["rows"][0][1] == after)
        line("✅ {} successfully migrated with {}\n", all(after.get<long long>(), name),
             code(fmt::format("{} = {}", column,
                              each["rows"][0][0].is_string() ? text(each["rows"][0][0]) : each["rows"][0][0].dump())));
      else if (is_without_nulls(table, column) && before == after)
        line("✅ {} successfully migrated: each has a value of {}\n", all(after.get<long long>(), name), code(column));
    }
  }

  static std::string all(long long count, const std::string& table) {
    return (count == 1 ? "The " : "All ") + rows_of_table(count, table);
  }

  static bool is_without_nulls(const ordered_json& table, const std::string& column) {
    for (const ordered_json& each : table["evidence"])
      if (each["group"] == "nulls" && text(each["title"]).ends_with(" without " + column)) return each["found"] == "0";
    return false;
  }

  void other_objects() {
    if (d_["objects"].empty() && d_["left_out"].is_null()) return;
    line("## Other Objects\n");
    for (const ordered_json& each : d_["objects"]) {
      line("- {} {} {}", text(each["kind"]), code(text(each["identity"])), text(each["verb"]));
      if (each.contains("changes"))
        for (const ordered_json& change : each["changes"])
          line("    - {}: {} → {}", plain(text(change["attribute"])), plain(text(change["before"])),
               plain(text(change["after"])));
    }
    if (d_["left_out"].is_number()) line("\nand {} more objects", d_["left_out"].get<long long>());
    rule();
  }

  const ordered_json& d_;
  const bool is_restore_;
};

}  // namespace

std::string changes_markdown(const ordered_json& document) { return Changes(document).write(); }

}  // namespace migrate::report
