// The page, a section a function. Every value goes through escaped() or a formatter of numbers.
#include "migrate/report/html.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "migrate/report/html_changes.hpp"
#include "migrate/report/html_graph.hpp"
#include "migrate/report/html_style.hpp"
#include "migrate/report/html_text.hpp"
#include "migrate/report/html_timeline.hpp"
#include "migrate/report/wording.hpp"

namespace migrate {

using nlohmann::ordered_json;
using namespace report;
using namespace report::html;

namespace {

class Html : HtmlText {
 public:
  explicit Html(const ordered_json& document) : d_(document) {}

  std::string write() {
    put("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}</title><style>{}</style>"
        "</head><body><main>\n",
        escaped(name_of_run()), html_style);
    header();
    verdict();
    graph();
    checks("preflight", "Pre-flight checks");
    add(changes_html(d_));
    add(timeline_html(d_));
    checks("verify", "Verification");
    integrity();
    criteria();
    rollback();
    findings();
    issues();
    times();
    benchmarks();
    guide();
    transcript();
    footer();
    add("</main></body></html>\n");
    return take();
  }

 private:
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
    put("<header><span class=\"pill {}\">{} {}</span><h1>{}</h1><div class=\"soft\">{} UTC · <code>{}</code> "
        "· {}</div>\n",
        classes, is_done() ? "✓" : "✗", is_done() ? "success" : text(d_["status"]), escaped(name_of_run()),
        escaped(minute(raw(d_["started_at"]))), escaped(command_line(d_)), text(d_["url"]));
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
      if (!more.empty()) add(pre(more));
    }
    close();
  }

  void graph() {
    if (d_["plan"].empty() || d_.contains("fix")) return;
    open("Revisions");
    put("<div class=\"graph\">{}</div>", graph_svg(d_));
    close();
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
        add(queries(check["sql"]));
        put("</li>\n");
      }
    put("</ul>");
    close();
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
      if (each["sql"].is_string()) add(queries(ordered_json::array({each["sql"]})));
      put("</li>");
    }
    put("</ul>");
    close();
  }

  void rollback() {
    if (d_["migrations"].empty()) return;
    open("Way back");
    if (d_.contains("fix")) {
      put("<p>The rows as they were are kept.</p>{}", pre(program_of(d_) + " fix undo " + raw(d_["run"]).substr(0, 8)));
      return close();
    }
    std::string reason;
    bool can_go_down = true;
    for (const ordered_json& migration : d_["migrations"]) {
      if (!at(migration, "irreversible").is_null()) reason = text(migration["irreversible"]);
      can_go_down = can_go_down && at(migration, "has_downgrade") == true;
    }
    if (!reason.empty())
      put("<p><span class=\"mark ok\">✓</span> <code>{} downgrade -1</code> is refused, as designed: {}</p>",
          escaped(program_of(d_)), reason);
    else if (can_go_down)
      put("<p><code>{} downgrade {}</code> undoes this run. It was not tried here.</p>", escaped(program_of(d_)),
          text(d_["from"]));
    else
      put("<p><span class=\"mark open\">?</span> There is no downgrade.</p>");
    if (const ordered_json& backup = d_["backup"]; backup.is_object()) {
      put("<p>Backup <code>{}</code>, {}{}</p>", text(backup["file"]), size_text(backup["bytes"]),
          at(at(backup, "proof"), "passed") == true ? ", restored and compared" : "");
      add(pre(program_of(d_) + " restore " + raw(backup["file"])));
    } else {
      put("<p class=\"soft\">No backup is recorded with this run.</p>");
    }
    close();
  }

  void findings() {
    if (d_["findings"].empty()) return;
    open("Around the run");
    put("<ul class=\"checks\">");
    for (const ordered_json& each : d_["findings"]) {
      put("<li>{}<div>{} <span class=\"soft small\">{}{} · {}</span></div>",
          mark(!each["passed"].is_boolean() ? "told"
               : each["passed"] == true     ? "ok"
                                            : "failed"),
          text(each["title"]), text(each["text"]),
          each["milliseconds"].is_number() ? ", " + duration_text(each["milliseconds"]) : std::string(),
          text(each["plugin"]));
      std::string output;
      for (const ordered_json& line : each["lines"]) output += raw(line) + "\n";
      if (!output.empty()) put("<details><summary>output</summary>{}</details>", pre(output));
      put("</li>\n");
    }
    put("</ul>");
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
    add(phases_svg(d_["timings"]));
    const ordered_json& memory = d_["timings"]["memory_bytes"];
    put("<p class=\"soft small\">{} in all, with connecting, planning and recording{}. Database: {} before, {} "
        "after.</p>",
        duration_text(d_["timings"]["total_ms"]),
        memory.is_number() ? ", in " + size_text(memory) + " of memory" : std::string(),
        size_text(at(d_["state_before"], "database_bytes")), size_text(at(d_["state_after"], "database_bytes")));
    close();
  }

  void benchmarks() {
    if (d_["benchmarks"].empty()) return;
    open("Benchmarks");
    put("<div class=\"scroll\"><table><thead><tr><th>query</th><th>before</th><th>after</th>"
        "</tr></thead><tbody>");
    const auto side = [](const ordered_json& timed) {
      const std::string plan = text(at(timed, "plan"));
      return fmt::format("{}<br><span class=\"soft small\">{}</span>", escaped(timed_text(timed)), plan);
    };
    for (const ordered_json& each : d_["benchmarks"]) {
      const bool has_limit = each["within_ms"].is_number();
      put("<tr><td>{} {}{}", has_limit ? mark(is_fast_enough(each) ? "ok" : "failed") : "", text(each["title"]),
          has_limit ? fmt::format(" <span class=\"soft small\">within {} ms</span>", each["within_ms"].dump()) : "");
      const ordered_json &before = each["before"]["sql"], &after = each["after"]["sql"];
      add(queries(before == after ? ordered_json::array({before}) : ordered_json::array({before, after})));
      put("</td><td>{}</td><td>{}</td></tr>", side(each["before"]), side(each["after"]));
    }
    put("</tbody></table></div>");
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
};

}  // namespace

std::string report_html(const ordered_json& document) { return Html(document).write(); }

}  // namespace migrate
