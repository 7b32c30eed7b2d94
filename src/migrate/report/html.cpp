// The page, a section a function. Every value goes through escaped() or a formatter of numbers.
#include "migrate/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "migrate/report/html_graph.hpp"
#include "migrate/report/html_style.hpp"
#include "migrate/report/wording.hpp"

namespace migrate {

using nlohmann::ordered_json;
using namespace report;

namespace {

std::string raw(const ordered_json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }
std::string text(const ordered_json& value) { return escaped(raw(value)); }
std::string scalar(const ordered_json& value) {
  return value.is_null() ? "NULL" : value.is_string() ? text(value) : escaped(value.dump());
}
const char* mark(const ordered_json& state) {
  if (state == "ok") return "<span class=\"mark ok\" title=\"holds\">✓</span>";
  if (state == "failed") return "<span class=\"mark bad\" title=\"does not hold\">✗</span>";
  if (state == "told") return "<span class=\"mark open\">•</span>";
  return "<span class=\"mark open\" title=\"not measured, or for a person to say\">?</span>";
}
std::string pre(const std::string& body, const char* classes = "") {
  return fmt::format("<pre class=\"{}\">{}</pre>", classes, escaped(base::trim(body)));
}

class Html {
 public:
  explicit Html(const ordered_json& document) : d_(document) {}

  std::string write() {
    out_.reserve(1 << 16);
    out_ += fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}</title><style>{}</style>"
        "</head><body><main>\n",
        escaped(name_of_run()), html_style);
    header();
    verdict();
    graph();
    checks("preflight", "Pre-flight checks");
    tables();
    objects();
    timeline();
    checks("verify", "Verification");
    integrity();
    criteria();
    rollback();
    issues();
    times();
    guide();
    transcript();
    footer();
    return std::move(out_) + "</main></body></html>\n";
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    out_ += fmt::format(format, std::forward<Args>(args)...);
  }
  void open(const std::string& title, const char* classes = "") {
    put("<section class=\"{}\"><h2>{}</h2>\n", classes, title);
  }
  void close() { out_ += "</section>\n"; }
  bool is_done() const { return d_["status"] == "done"; }

  std::string name_of_run() const {
    if (d_["command"] == "restore") return "Restore";
    const ordered_json& all = d_["migrations"];
    if (!all.empty()) {
      if (const std::string title = raw(at(at(all.back(), "metadata"), "title")); !title.empty()) return title;
      if (all.size() == 1 && !raw(all[0]["message"]).empty()) return raw(all[0]["message"]);
    }
    return raw(d_["command"]) + " " + raw(d_["target"]);
  }

  void tile(const std::string& figure, const std::string& what) {
    put("<div class=\"tile\"><b>{}</b><span>{}</span></div>", figure, what);
  }

  void header() {
    const char* classes = is_done() ? "ok" : d_["status"] == "unfinished" ? "warn" : "bad";
    put("<header><span class=\"pill {}\">{} {}</span><h1>{}</h1><div class=\"soft\">{} UTC · <code>waxwing {} "
        "{}</code> · {}</div>\n",
        classes, is_done() ? "✓" : "✗", is_done() ? "success" : text(d_["status"]), escaped(name_of_run()),
        escaped(minute(raw(d_["started_at"]))), text(d_["command"]), text(d_["target"]), text(d_["url"]));
    for (const ordered_json& migration : d_["migrations"]) {
      const ordered_json &metadata = at(migration, "metadata"), &words = at(migration, "guide");
      for (const char* key : {"story", "tickets"})
        if (const ordered_json& value = at(metadata, key); !value.is_null())
          put("<div class=\"soft\">{}{}: {}</div>", static_cast<char>(std::toupper(key[0])), key + 1,
              escaped(listed(value)));
      if (!raw(at(metadata, "description")).empty()) put("<p>{}</p>", text(metadata["description"]));
      if (!raw(at(words, "before")).empty())
        put("<p><b>Before:</b> {}<br><b>After:</b> {}</p>", text(words["before"]), text(at(words, "after")));
    }
    if (d_.contains("fix")) {
      const ordered_json& fix = d_["fix"];
      if (!raw(at(fix, "ticket")).empty()) put("<p>{}</p>", text(fix["ticket"]));
      for (const auto& [name, value] : at(fix, "parameters").items())
        put("<div class=\"soft\"><code>{}</code> = {}</div>", escaped(name),
            escaped(value.is_string() ? raw(value) : value.dump()));
    }
    put("</header><div class=\"tiles\">");
    tile(duration_text(d_["timings"]["total_ms"]), "total time");
    const auto revisions = static_cast<long long>(d_["migrations"].size());
    if (revisions > 0 && !d_.contains("fix"))
      tile(std::to_string(revisions), revisions == 1 ? "revision" : "revisions");
    tile(fmt::format("{} / {}", d_["verdict"]["green"].get<long long>(), d_["verdict"]["checks"].get<long long>()),
         "checks green");
    const ordered_json &was = at(d_["state_before"], "database_bytes"), &is = at(d_["state_after"], "database_bytes");
    std::string change = "not measured";
    if (was.is_number() && is.is_number()) {
      const long long bytes = is.get<long long>() - was.get<long long>();
      change = (bytes < 0 ? "−" : "+") + base::human_size(static_cast<unsigned long long>(std::abs(bytes)));
    }
    tile(change, fmt::format("database size, now {}", size_text(is)));
    if (const ordered_json& backup = d_["backup"]; backup.is_object())
      tile(backup["exists"] == true ? size_text(backup["bytes"]) : "gone", "backup");
    put("</div>\n");
  }

  void verdict() {
    const ordered_json& verdict = d_["verdict"];
    const bool is_ready = verdict["ready"] == true;
    if (d_["command"] == "restore")
      open(is_ready ? "✓ Restored as backed up" : "✗ Not restored as backed up", is_ready ? "verdict" : "verdict bad");
    else
      open(d_.contains("fix") ? (is_ready ? "✓ As intended" : "✗ Not as intended")
           : is_ready         ? "✓ Production-ready"
                              : "✗ Not production-ready",
           is_ready ? "verdict" : "verdict bad");
    if (is_ready)
      put("<p>All {} checks are green, and each stands below with its query.</p>", verdict["checks"].get<long long>());
    else {
      put("<ul>");
      for (const ordered_json& reason : verdict["reasons"]) put("<li>{}</li>", text(reason));
      put("</ul>");
    }
    if (const ordered_json& error = d_["error"]; error.is_object()) {
      put("<p><b>{}</b> <code>{}</code></p>", text(error["what"]), text(error["code"]));
      std::string more;
      for (const ordered_json& place : at(error, "at")) more += "at       " + raw(place) + "\n";
      for (const char* key : {"because", "try", "state"})
        if (!raw(at(error, key)).empty()) more += fmt::format("{:<8} {}\n", key, raw(error[key]));
      if (!more.empty()) out_ += pre(more);
    }
    close();
  }

  void graph() {
    if (d_["plan"].empty() || d_.contains("fix")) return;
    open("Revisions");
    put("<div class=\"graph\">{}</div>", graph_svg(d_));
    close();
  }

  void queries(const ordered_json& sql) {
    std::string all;
    for (const ordered_json& each : sql) all += std::string(base::trim(raw(each))) + ";\n";
    if (!all.empty())
      put("<details><summary>{}</summary>{}</details>", sql.size() == 1 ? "query" : "queries", pre(all));
  }

  void checks(const char* section, const char* title) {
    std::size_t count = 0;
    for (const ordered_json& migration : d_["migrations"])
      for (const ordered_json& check : migration["checks"]) count += check["section"] == section;
    if (!count) return;
    open(title);
    put("<ul class=\"checks\">");
    for (const ordered_json& migration : d_["migrations"])
      for (const ordered_json& check : migration["checks"]) {
        if (check["section"] != section) continue;
        const bool passed = check["passed"] == true;
        const bool tells = passed && !check["lines"].empty();
        put("<li>{}<div>{} <span class=\"soft small\">{} · {}</span></div>", mark(passed ? "ok" : "failed"),
            tells || raw(check["text"]).empty() ? text(check["doing"]) : text(check["text"]), text(check["place"]),
            duration_text(check["milliseconds"]));
        if (!check["lines"].empty()) {
          put("<ul class=\"{}\">", passed ? "" : "offending");
          for (const ordered_json& line : check["lines"]) {
            std::string_view row = base::trim(line.get_ref<const std::string&>());
            if (row.starts_with("- ")) row.remove_prefix(2);
            put("<li>{}</li>", escaped(row));
          }
          put("</ul>");
        }
        queries(check["sql"]);
        put("</li>\n");
      }
    put("</ul>");
    close();
  }

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
    out_ += pre(lines, "new");
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

  static const char* weight_of(std::string_view lock) {
    if (lock.empty() || lock == "ACCESS SHARE" || lock == "ROW SHARE" || lock == "ROW EXCLUSIVE") return "";
    return lock == "ACCESS EXCLUSIVE" || lock == "EXCLUSIVE" ? "heavy" : "medium";
  }

  void timeline() {
    double total = 0;
    std::size_t count = 0, lookups = 0;
    for (const ordered_json& migration : d_["migrations"])
      for (const ordered_json& statement : migration["statements"]) {
        total += statement["milliseconds"].get<double>();
        ++(statement["phase"] == "lookups" ? lookups : count);
      }
    if (!count) return;
    open("Statements");
    put("<p class=\"soft small\">{}{}, {}. A red lock keeps everybody else out of the table until the transaction "
        "commits.</p>",
        base::count_of(static_cast<long long>(count), "statement"),
        lookups ? " and " + base::count_of(static_cast<long long>(lookups), "look-up") + " in the catalogue" : "",
        base::human_duration(total));
    double elapsed = 0;
    for (const ordered_json& migration : d_["migrations"]) {
      if (d_["migrations"].size() > 1)
        put("<h3><code>{}</code> {}</h3>", text(migration["revision"]), text(migration["message"]));
      put("<div class=\"time\">");
      for (const ordered_json& statement : migration["statements"]) {
        const double milliseconds = statement["milliseconds"].get<double>();
        if (statement["phase"] == "lookups" && !statement.contains("error")) {
          elapsed += milliseconds;
          continue;
        }
        const std::string lock = raw(statement["lock"]);
        const char* weight = weight_of(lock);
        put("<div class=\"statement\"><code>{}{}</code><div class=\"figures\"><b>{}</b>{}</div>",
            statement.contains("error") ? "✗ " : "", escaped(base::trim(raw(statement["sql"]))),
            base::human_duration(milliseconds), rows_of(statement));
        put("<div class=\"under\">{}<span>{}</span></div>{}", bar(elapsed, milliseconds, total, weight),
            text(statement["place"]),
            statement.contains("error") ? "<div class=\"offending\">" + text(statement["error"]) + "</div>" : "");
        if (!lock.empty())
          out_.insert(out_.rfind("<span>"), fmt::format("<span class=\"lock {}\">{}</span>", weight, escaped(lock)));
        put("</div>\n");
        elapsed += milliseconds;
      }
      if (const ordered_json& left = at(migration, "statements_left_out"); left.is_number() && left != 0)
        put("<div class=\"soft\">and {} more</div>", left.get<long long>());
      put("</div>");
    }
    close();
  }

  static std::string rows_of(const ordered_json& statement) {
    if (statement["phase"] != "data" && statement["phase"] != "queries") return "";
    return base::count_of(statement["rows"].get<long long>(), "row");
  }

  /// Where in the run a statement was at work, and how long.
  static std::string bar(double start, double milliseconds, double total, std::string_view weight) {
    constexpr double width = 160;
    const double x = total > 0 ? start / total * width : 0,
                 length = std::max(2.0, total > 0 ? milliseconds / total * width : 0);
    return fmt::format(
        "<svg width=\"{0}\" height=\"8\" viewBox=\"0 0 {0} 8\" aria-hidden=\"true\"><rect width=\"{0}\" height=\"8\" "
        "rx=\"4\" "
        "fill=\"var(--line)\"/><rect x=\"{1:.1f}\" width=\"{2:.1f}\" height=\"8\" rx=\"2\" fill=\"var(--{3})\"/></svg>",
        width, std::min(x, width - length), length, weight.empty() ? "bar" : weight);
  }

  void integrity() {
    std::size_t count = 0;
    for (const ordered_json& each : d_["evidence"]) count += each["group"] != "values";
    if (!count) return;
    open("Integrity");
    put("<ul class=\"checks\">");
    for (const ordered_json& each : d_["evidence"]) {
      if (each["group"] == "values") continue;
      put("<li>{}<div>{} <span class=\"soft small\">{}</span></div><details><summary>query</summary>{}</details></li>",
          mark(each["state"]), sentence(each),
          each["found"].is_null() ? "not measured"
          : each["expected"].is_null()
              ? "found " + scalar(each["found"])
              : fmt::format("found {}, expected {}", scalar(each["found"]), scalar(each["expected"])),
          pre(raw(each["sql"]) + ";"));
    }
    put("</ul>");
    close();
  }

  static std::string sentence(const ordered_json& each) {
    const std::string title = text(each["title"]), table = escaped(short_name(raw(each["table"])));
    if (each["group"] == "nulls") return "rows of " + escaped(short_name(raw(each["title"])));
    if (each["group"] == "indexes") return fmt::format("index {} of {} is valid", title, table);
    if (each["group"] == "foreign keys removed") return fmt::format("foreign key {} of {} is gone", title, table);
    return escaped(short_name(raw(each["title"])));
  }

  void criteria() {
    if (d_["criteria"].empty()) return;
    open("Success criteria");
    put("<ul class=\"checks\"><li>{}<div>Migration completes without errors</div></li>",
        mark(is_done() ? "ok" : "failed"));
    for (const ordered_json& each : d_["criteria"]) {
      put("<li>{}<div>{}{}</div>", mark(each["state"]), text(each["text"]),
          each["state"] == "manual" ? " <span class=\"soft small\">for a person to say</span>" : "");
      if (each["sql"].is_string()) queries(ordered_json::array({each["sql"]}));
      put("</li>");
    }
    put("</ul>");
    close();
  }

  void rollback() {
    if (d_["migrations"].empty()) return;
    open("Way back");
    if (d_.contains("fix")) {
      put("<p>The rows as they were are kept.</p>{}", pre("waxwing fix undo " + raw(d_["run"]).substr(0, 8)));
      return close();
    }
    std::string reason;
    bool can_go_down = true;
    for (const ordered_json& migration : d_["migrations"]) {
      if (!at(migration, "irreversible").is_null()) reason = text(migration["irreversible"]);
      can_go_down = can_go_down && at(migration, "has_downgrade") == true;
    }
    if (!reason.empty())
      put("<p><span class=\"mark ok\">✓</span> <code>waxwing downgrade -1</code> is refused, as designed: {}</p>",
          reason);
    else if (can_go_down)
      put("<p><code>waxwing downgrade {}</code> undoes this run. It was not tried here.</p>", text(d_["from"]));
    else
      put("<p><span class=\"mark open\">?</span> There is no downgrade.</p>");
    if (const ordered_json& backup = d_["backup"]; backup.is_object()) {
      put("<p>Backup <code>{}</code>, {}{}</p>", text(backup["file"]), size_text(backup["bytes"]),
          at(at(backup, "proof"), "passed") == true ? ", restored and compared" : "");
      out_ += pre("waxwing restore " + raw(backup["file"]));
    } else {
      put("<p class=\"soft\">No backup is recorded with this run.</p>");
    }
    close();
  }

  void issues() {
    open("Issues found");
    if (d_["issues"].empty())
      put("<p>None.</p>");
    else {
      put("<ul>");
      for (const ordered_json& issue : d_["issues"]) put("<li>⚠ {}</li>", text(issue));
      put("</ul>");
    }
    close();
  }

  void times() {
    open("Where the time went");
    out_ += phases_svg(d_["timings"]);
    const ordered_json& memory = d_["timings"]["memory_bytes"];
    put("<p class=\"soft small\">{} in all, with connecting, planning and recording{}. Database: {} before, {} "
        "after.</p>",
        duration_text(d_["timings"]["total_ms"]),
        memory.is_number() ? ", in " + size_text(memory) + " of memory" : std::string(),
        size_text(at(d_["state_before"], "database_bytes")), size_text(at(d_["state_after"], "database_bytes")));
    close();
  }

  void list(const ordered_json& items, const char* classes = "") {
    put("<ul class=\"{}\">", classes);
    for (const ordered_json& item : items) put("<li>{}</li>", text(item));
    put("</ul>");
  }

  void guide() {
    for (const ordered_json& migration : d_["migrations"]) {
      const ordered_json& words = at(migration, "guide");
      if (!words.is_object()) continue;
      if (!at(words, "next_steps").empty() || !at(words, "snippets").empty() || !at(words, "files").empty()) {
        open("Next steps");
        for (const ordered_json& step : at(words, "next_steps")) {
          if (step.is_string()) {
            list(ordered_json::array({step}), "todo");
            continue;
          }
          const std::string priority = raw(at(step, "priority"));
          put("<h3>{} {}</h3>", text(step["title"]),
              priority.empty() ? ""
                               : fmt::format("<span class=\"pill {}\">{}</span>", priority == "HIGH" ? "bad" : "warn",
                                             escaped(priority)));
          list(at(step, "items"), "todo");
        }
        for (const ordered_json& each : at(words, "snippets"))
          put("<h3>{}</h3><div class=\"diff\">{}{}</div>", text(each["title"]), pre(raw(at(each, "old")), "old"),
              pre(raw(at(each, "new")), "new"));
        for (const auto& [what, paths] : at(words, "files").items()) {
          put("<h3>Files {}</h3>", escaped(base::replace_all(what, "_", " ")));
          list(paths);
        }
        close();
      }
      if (!at(words, "monitoring").empty()) {
        open("Keep an eye on");
        list(words["monitoring"]);
        close();
      }
      if (!at(words, "contacts").empty()) {
        open("Contacts");
        list(words["contacts"]);
        close();
      }
      if (!raw(at(words, "conclusion")).empty()) {
        open("Conclusion");
        put("<p>{}</p>", text(words["conclusion"]));
        close();
      }
    }
  }

  void transcript() {
    if (raw(d_["transcript"]).empty()) return;
    open("Transcript");
    put("<details><summary>what the pre-flight printed</summary>{}</details>", pre(raw(d_["transcript"]), "wide"));
    close();
  }

  void footer() {
    const std::string environment = raw(d_["environment"]);
    put("<footer><dl><dt>Conducted by</dt><dd>{} on "
        "{}</dd><dt>Environment</dt><dd>{}</dd><dt>Server</dt><dd>PostgreSQL {}</dd>"
        "<dt>Run</dt><dd>{}</dd><dt>waxwing</dt><dd>{}</dd>",
        text(d_["started_by"]), text(d_["host"]), environment.empty() ? "default" : escaped(environment),
        text(d_["server_version"]), text(d_["run"]), text(d_["waxwing"]));
    for (const ordered_json& step : d_["plan"])
      if (d_["plan"].size() <= 5)
        put("<dt>Revision</dt><dd>{} → {}</dd>", text(step["revision"]), escaped(base::slug(raw(step["message"]))));
    for (const ordered_json& migration : d_["migrations"])
      if (const std::string version = raw(at(at(migration, "guide"), "schema_version")); !version.empty())
        put("<dt>Schema version</dt><dd>{}</dd>", escaped(version));
    put("</dl></footer>\n");
  }

  const ordered_json& d_;
  std::string out_;
};

}  // namespace

std::string report_html(const ordered_json& document) { return Html(document).write(); }

}  // namespace migrate
