// What was on the left, what is on the right.
#include "migrate/report/html_changes.hpp"

#include <utility>

#include "base/text.hpp"
#include "migrate/report/html_text.hpp"
#include "migrate/report/wording.hpp"

namespace migrate::report {

using nlohmann::ordered_json;
using namespace html;

namespace {

class Changes : HtmlText {
 public:
  explicit Changes(const ordered_json& document) : d_(document) {}

  std::string write() {
    tables();
    objects();
    return take();
  }

 private:
  static std::string reference_of(const ordered_json& column, const ordered_json& constraints) {
    for (const ordered_json& each : constraints)
      if (at(each["attributes"], "type") == "foreign key" &&
          raw(at(each["attributes"], "columns")) == ordered_json::array({column["name"]}).dump())
        return "  → " + short_name(raw(each["attributes"]["references"]));
    return {};
  }

  void tables() {
    if (d_["tables"].empty()) return;
    open("Tables");
    for (const ordered_json& table : d_["tables"]) {
      const std::string name = raw(table["table"]);
      const char* classes = table["state"] == "dropped" ? "bad" : table["state"] == "created" ? "ok" : "";
      const bool is_exact = table["exact"] != false;
      put("<div class=\"change\"><h3><code>{}</code> <span class=\"pill {}\">{}</span></h3><div class=\"soft small\">",
          escaped(short_name(name)), classes, text(table["state"]));
      if (table["state"] == "dropped")
        put("had {}", escaped(rows_text(table["rows_before"], is_exact, name)));
      else if (table["state"] == "created")
        put("{}", escaped(rows_text(table["rows_after"], is_exact, name)));
      else
        put("{} before, {} after", escaped(rows_text(table["rows_before"], is_exact, name)),
            escaped(rows_text(table["rows_after"], is_exact, name)));
      put("</div>");
      samples(name);
      if (table["state"] == "changed") changes(table);
      if (table["state"] == "created") created(table);
      for (const ordered_json& each : table["evidence"])
        if (each["group"] == "values") values(table, each);
      put("</div>");
    }
    close();
  }

  void samples(const std::string& table) {
    for (const ordered_json& migration : d_["migrations"])
      for (const ordered_json& sample : migration["samples"]) {
        if ((sample["table"] != table && "public." + raw(sample["table"]) != table) || sample["rows"].empty()) continue;
        put("<div class=\"small\">for example ");
        bool is_first = true;
        for (const ordered_json& field : sample["rows"][0])
          put("{}<code>{} = {}</code>", std::exchange(is_first, false) ? "" : ", ", text(field[0]), scalar(field[1]));
        put("</div>");
      }
  }

  void created(const ordered_json& table) {
    std::string lines;
    for (const ordered_json& each : table["columns"]["added"])
      lines += column_text(each["name"], each["attributes"]) + reference_of(each, table["constraints"]["added"]) + "\n";
    for (const char* part : {"constraints", "indexes"})
      for (const ordered_json& each : table[part]["added"]) lines += line_of(each) + "\n";
    add(pre(lines, "new"));
  }

  static std::string line_of(const ordered_json& fact) {
    if (fact["kind"] == "index" || !raw(at(fact["attributes"], "index")).empty()) return index_text(fact);
    return raw(fact["name"]) + " " + raw(at(fact["attributes"], "definition"));
  }

  /// What was on the left, what is on the right.
  void changes(const ordered_json& table) {
    std::string was, is;
    const auto columns = [&](const char* verb, const char* which, std::string& to) {
      for (const ordered_json& each : table["columns"][verb])
        to += column_text(each["name"], each[which]) + reference_of(each, table["constraints"][verb]) + "\n";
    };
    columns("removed", "attributes", was);
    columns("changed", "before", was);
    columns("changed", "attributes", is);
    columns("added", "attributes", is);
    for (const char* part : {"constraints", "indexes"}) {
      for (const ordered_json& each : table[part]["removed"]) was += line_of(each) + "\n";
      for (const ordered_json& each : table[part]["added"]) is += line_of(each) + "\n";
      for (const ordered_json& each : table[part]["changed"])
        for (const ordered_json& change : each["changes"]) {
          was += fmt::format("{} {}: {}\n", raw(each["name"]), raw(change["attribute"]), raw(change["before"]));
          is += fmt::format("{} {}: {}\n", raw(each["name"]), raw(change["attribute"]), raw(change["after"]));
        }
    }
    for (const ordered_json& change : table["changes"]) {
      was += fmt::format("{}: {}\n", raw(change["attribute"]), raw(change["before"]));
      is += fmt::format("{}: {}\n", raw(change["attribute"]), raw(change["after"]));
    }
    if (was.empty() && is.empty()) return;
    put("<div class=\"diff\"><div><div class=\"soft small\">old</div>{}</div><div><div class=\"soft "
        "small\">new</div>{}</div></div>",
        pre(was.empty() ? "—" : was, "old"), pre(is.empty() ? "—" : is, "new"));
  }

  void values(const ordered_json& table, const ordered_json& evidence) {
    if (!evidence["rows"].is_array() || evidence["rows"].empty()) return;
    const std::string title = raw(evidence["title"]), column = title.substr(title.rfind('.') + 1);
    const ordered_json& rows = evidence["rows"];
    if (rows.size() == 1 && !rows[0][0].is_null() && rows[0][1] == table["rows_after"])
      put("<p><span class=\"mark ok\">✓</span> each of the {} has <code>{} = {}</code></p>",
          escaped(rows_text(table["rows_after"], true, raw(table["table"]))), escaped(column), scalar(rows[0][0]));
    put("<details><summary>{} by value</summary><div class=\"scroll\"><table><tr><th>{}</th><th "
        "class=\"number\">rows</th></tr>",
        escaped(column), escaped(column));
    for (const ordered_json& row : rows)
      put("<tr><td>{}</td><td class=\"number\">{}</td></tr>", scalar(row[0]), scalar(row[1]));
    put("</table></div>{}</details>", pre(raw(evidence["sql"]) + ";"));
  }

  void objects() {
    if (d_["objects"].empty() && !d_["left_out"].is_number()) return;
    open("Other objects");
    put("<ul>");
    for (const ordered_json& each : d_["objects"]) {
      put("<li>{} <code>{}</code> {}", text(each["kind"]), text(each["identity"]), text(each["verb"]));
      if (each.contains("changes"))
        for (const ordered_json& change : each["changes"])
          put("<div class=\"small\">{}: {} → {}</div>", text(change["attribute"]), scalar(change["before"]),
              scalar(change["after"]));
      put("</li>");
    }
    if (d_["left_out"].is_number()) put("<li>and {} more</li>", d_["left_out"].get<long long>());
    put("</ul>");
    close();
  }

  const ordered_json& d_;
};

}  // namespace

std::string changes_html(const ordered_json& document) { return Changes(document).write(); }

}  // namespace migrate::report
