// The sections of a test report, one function each.
#include "migrate/report/markdown.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "migrate/report/markdown_changes.hpp"
#include "migrate/report/markdown_text.hpp"
#include "migrate/report/wording.hpp"

namespace migrate {

using nlohmann::ordered_json;
using namespace report;

namespace {

class Markdown : MarkdownText {
 public:
  explicit Markdown(const ordered_json& document) : d_(document) {}

  std::string write() {
    title();
    before();
    execution();
    add(changes_markdown(d_));
    integrity();
    rollback();
    findings();
    issues();
    performance();
    follow_up();
    verdict();
    conclusion();
    return take();
  }

 private:
  bool is_done() const { return d_["status"] == "done"; }
  bool is_restore() const { return d_["command"] == "restore"; }
  /// A migration has a revision, a way back, a verdict on production; a fix and a script have not.
  bool is_migration() const { return noun() == std::string_view("Migration"); }
  const char* noun() const { return noun_of_run(d_); }

  /// The last migration is the one that the run is about.
  const ordered_json& last() const {
    static const ordered_json none;
    return d_["migrations"].empty() ? none : d_["migrations"].back();
  }

  std::string name_of_run() const {
    if (is_restore()) return text(d_["target"]);
    const ordered_json& one = last();
    if (const std::string title = text(at(at(one, "metadata"), "title")); !title.empty()) return title;
    if (d_["migrations"].size() == 1) return text(one["message"]);
    return fmt::format("{} {}", text(d_["command"]), text(d_["target"]));
  }

  void title() {
    line("# {} Report: {}\n", noun(), plain(name_of_run()));
    line("**Date:** {}  ", minute(text(d_["started_at"])));
    std::string revisions;
    for (const ordered_json& step : d_["plan"]) revisions += (revisions.empty() ? "" : ", ") + text(step["revision"]);
    if (!is_restore())
      line("**{}:** {}  ",
           !is_migration()          ? noun()
           : d_["plan"].size() == 1 ? "Revision"
                                    : "Revisions",
           plain(revisions));
    if (d_.contains("fix")) fix();
    line("**Status:** {} {}", mark(is_done()), is_done() ? "SUCCESS" : base::upper(text(d_["status"])));
    for (const ordered_json& migration : d_["migrations"]) {
      const ordered_json &metadata = at(migration, "metadata"), &guide = at(migration, "guide");
      for (const char* key : {"story", "tickets", "description"})
        if (const ordered_json& value = at(metadata, key); !value.is_null())
          line("\n**{}{}:** {}", static_cast<char>(std::toupper(key[0])), key + 1, plain(listed(value)));
      if (const std::string was = text(at(guide, "before")); !was.empty()) line("\n**Before:** {}", plain(was));
      if (const std::string is = text(at(guide, "after")); !is.empty()) line("\n**After:** {}", plain(is));
    }
    rule();
  }

  void fix() {
    const ordered_json& fix = d_["fix"];
    for (const char* key : {"reason", "ticket"})
      if (const std::string said = text(at(fix, key)); !said.empty())
        line("**{}{}:** {}  ", static_cast<char>(std::toupper(key[0])), key + 1, plain(said));
    std::string parameters;
    for (const auto& [name, value] : at(fix, "parameters").items())
      parameters += fmt::format("{}{} = {}", parameters.empty() ? "" : ", ", name,
                                value.is_string() ? text(value) : value.dump());
    if (!parameters.empty()) line("**Parameters:** {}  ", plain(parameters));
  }

  std::string samples_of(const std::string& table) const {
    std::string shown;
    for (const ordered_json& migration : d_["migrations"])
      for (const ordered_json& sample : migration["samples"])
        if (sample["table"] == table || "public." + text(sample["table"]) == table) {
          if (sample["rows"].empty()) continue;
          for (const ordered_json& field : sample["rows"][0])
            shown += fmt::format("{}{} = {}", shown.empty() ? "" : ", ", plain(text(field[0])),
                                 field[1].is_null() ? "NULL" : "\"" + plain(text(field[1])) + "\"");
        }
    return shown.empty() ? shown : " (" + shown + ")";
  }

  void before() {
    line("## {} State\n\n### Database Contents:\n",
         is_restore() ? std::string("Previous") : fmt::format("Pre-{}", noun()));
    bool has_any = false;
    for (const ordered_json& table : d_["tables"]) {
      if (table["state"] == "created") continue;
      has_any = true;
      const ordered_json& rows = table["rows_before"];
      line("- **{}:** {}{}{}", plain(title_of_table(text(table["table"]))), table["exact"] == false ? "about " : "",
           rows.is_number() ? std::to_string(rows.get<long long>()) : "not measured", samples_of(text(table["table"])));
    }
    if (!has_any) line("No table that was there before is touched.");
    if (!is_restore()) {
      line("\n### Validation Results:\n");
      checks("preflight");
    }
    if (!is_migration() && !is_restore() && !d_["backup"].is_object()) return rule();
    line("{}### Backup:\n", is_restore() ? "\n" : "");
    if (const ordered_json& backup = d_["backup"]; backup.is_object()) {
      line("- **File:** {}", code(text(backup["file"])));
      line("- **Size:** {}", size_text(backup["bytes"]));
      const bool is_proved = at(at(backup, "proof"), "passed") == true;
      line("- **Status:** {}", backup["exists"] != true ? "❌ the file is gone"
                               : is_proved              ? "✅ restored and compared"
                                                        : "✅ Success");
    } else {
      line("No backup is recorded with this run.");
    }
    rule();
  }

  /// Each check with the queries behind it.
  void checks(const char* section) {
    bool has_any = false;
    for (const ordered_json& migration : d_["migrations"])
      for (const ordered_json& check : migration["checks"]) {
        if (check["section"] != section) continue;
        has_any = true;
        const std::string said = text(check["text"]);
        const bool tells = check["passed"] == true && !check["lines"].empty();
        line("{} {}", mark(check["passed"] == true), plain(said.empty() || tells ? text(check["doing"]) : said));
        if (check["passed"] != true)
          for (const ordered_json& row : check["lines"]) line("    - {}", plain(text(row)));
        details(check["sql"]);
      }
    if (!has_any) line("The {} declares none.\n", base::lower(noun()));
  }

  void details(const ordered_json& sql) {
    std::string all;
    for (const ordered_json& each : sql) all += std::string(base::trim(text(each))) + ";\n";
    if (all.empty()) return line("");
    line("<details><summary>{}</summary>\n", sql.size() == 1 ? "query" : "queries");
    line("{}\n</details>\n", block("sql", all));
  }

  void execution() {
    line("## {} Execution\n", noun());
    if (const std::string transcript = text(d_["transcript"]); !transcript.empty())
      line("### Pre-Flight Validation Output:\n{}", block("", transcript));
    line("### {} Command:\n{}", noun(), block("bash", command_line(d_)));
    line("### Result:");
    if (is_done() && is_restore())
      line("✅ **SUCCESS** - {} → {}", plain(text(d_["from"])), plain(text(d_["to"])));
    else if (is_done() && !is_migration())
      line("✅ **SUCCESS** - at {}", plain(text(d_["to"])));
    else if (is_done())
      line("✅ **SUCCESS** - {} → {}, {}", plain(text(d_["from"])), plain(text(d_["to"])),
           base::count_of(static_cast<long long>(d_["migrations"].size()), "revision"));
    else
      line("❌ **{}** - {}\n\n{}", base::upper(text(d_["status"])), plain(text(at(d_["error"], "what"))),
           plain(text(at(d_["error"], "state"))));
    bool has_statements = false;
    for (const ordered_json& migration : d_["migrations"]) has_statements |= !migration["statements"].empty();
    if (is_restore() || !has_statements) return rule();
    line("\n### Statements:\n\n| at | statement | rows | lock | time |\n|---|---|---:|---|---:|");
    constexpr std::size_t longest = 120;
    for (const ordered_json& migration : d_["migrations"]) {
      for (const ordered_json& statement : migration["statements"]) {
        if (statement["phase"] == "lookups" && !statement.contains("error")) continue;
        std::string sql(base::trim(base::replace_all(text(statement["sql"]), "\n", " ")));
        if (sql.size() > longest) sql = sql.substr(0, sql.find_last_of(' ', longest)) + " ...";
        line("| {} | {}{} | {} | {} | {} |", plain(text(statement["place"])), statement.contains("error") ? "❌ " : "",
             base::replace_all(code(sql), "|", "\\|"), statement["rows"].get<long long>(), text(statement["lock"]),
             duration_text(statement["milliseconds"]));
      }
      if (const ordered_json& left = at(migration, "statements_left_out"); left.is_number() && left != 0)
        line("| | and {} more | | | |", left.get<long long>());
    }
    rule();
  }

  void integrity() {
    line("## {} Integrity Checks\n", noun());
    const std::vector<std::pair<const char*, const char*>> groups = {
        {"nulls", "NULL Values of New Columns"}, {"orphans", "No Orphaned Records"},
        {"indexes", "Indexes Created"},          {"foreign keys removed", "Foreign Keys Removed"},
        {"dropped", "Tables Dropped"},           {"restored", "Rows as Backed Up"}};
    for (const auto& [group, headline] : groups) {
      std::string body;
      bool is_ok = true;
      std::string last_table;
      for (const ordered_json& each : d_["evidence"]) {
        if (each["group"] != group) continue;
        is_ok = is_ok && (each["state"] == "ok" || each["state"] == "told");
        body += fmt::format("{};\n-- Result: {}{}\n\n", text(each["sql"]),
                            each["found"].is_null() ? "not measured" : text(each["found"]),
                            each["expected"].is_null() ? "" : ", expected " + text(each["expected"]));
      }
      if (body.empty()) continue;
      line("### {} {}", mark(is_ok), headline);
      for (const ordered_json& each : d_["evidence"]) {
        if (each["group"] != group) continue;
        if (group == std::string_view("indexes"))
          line("- {}: {}", plain(short_name(text(each["table"]))), code(text(each["title"])));
        if (group == std::string_view("foreign keys removed")) line("- {} - REMOVED", code(text(each["title"])));
      }
      line("{}", block("sql", body));
    }
    std::string lost;
    for (const ordered_json& table : d_["tables"])
      for (const ordered_json& each : table["constraints"]["removed"])
        if (table["state"] == "changed" && at(each["attributes"], "type") != "foreign key")
          lost += fmt::format("- {} {} of {} - REMOVED\n", text(each["attributes"]["type"]), code(text(each["name"])),
                              plain(short_name(text(table["table"]))));
    if (!lost.empty()) line("### Other Constraints Removed\n{}", lost);
    if (!is_restore()) {
      line("### Verification\n");
      checks("verify");
    }
    rule();
  }

  void undo() {
    line("## Undo\n\nThe rows as they were are kept.\n{}",
         block("bash", program_of(d_) + " fix undo " + text(d_["run"]).substr(0, 8)));
    rule();
  }

  void rollback() {
    if (d_.contains("fix") && is_done()) return undo();
    if (!is_migration()) return;
    line("## Rollback Test\n\n### Can Migration Be Rolled Back?\n{}", block("bash", program_of(d_) + " downgrade -1"));
    std::string reason;
    bool can_go_down = !d_["migrations"].empty();
    for (const ordered_json& migration : d_["migrations"]) {
      if (!at(migration, "irreversible").is_null()) reason = text(migration["irreversible"]);
      can_go_down = can_go_down && at(migration, "has_downgrade") == true;
    }
    if (!reason.empty())
      line(
          "**Expected Result:** refused (exit 9), as designed ✅\n\n> {}\n\nThe migration is **irreversible** by "
          "design. "
          "Rollback requires restoring from backup.\n",
          plain(reason));
    else if (can_go_down)
      line(
          "**Expected Result:** the change is undone. It was not tried in this run: `waxwing upgrade`, `waxwing "
          "downgrade -1` "
          "and `waxwing upgrade` on a copy prove it.\n");
    else
      line("**Expected Result:** refused (exit 9): the migration has no downgrade.\n");
    line("### Rollback Procedure:");
    if (d_["backup"].is_object())
      line("{}", block("bash", "# Restore from backup\nwaxwing restore " + text(d_["backup"]["file"])));
    else if (can_go_down && reason.empty())
      line("{}", block("bash", fmt::format("{} downgrade {}", program_of(d_), text(d_["from"]))));
    else
      line("No backup is recorded with this run: restore the latest one that was made before {}.",
           minute(text(d_["started_at"])));
    rule();
  }

  /// What plugins have found around the run.
  void findings() {
    if (d_["findings"].empty()) return;
    line("## Around the {}\n", noun());
    for (const ordered_json& each : d_["findings"]) {
      const std::string said = text(each["text"]);
      line("{} {}{}{} ({})", each["passed"].is_boolean() ? mark(each["passed"] == true) : "-",
           plain(text(each["title"])), said.empty() ? "" : ": " + plain(said),
           each["milliseconds"].is_number() ? ", " + duration_text(each["milliseconds"]) : "",
           plain(text(each["plugin"])));
      std::string output;
      for (const ordered_json& each_line : each["lines"]) output += text(each_line) + "\n";
      line("{}", output.empty() ? "" : "<details><summary>output</summary>\n\n" + block("", output) + "\n</details>\n");
    }
    rule();
  }

  void issues() {
    line("## Issues Found\n");
    if (d_["issues"].empty()) line("None. {} completed with no issues.", noun());
    for (const ordered_json& issue : d_["issues"]) line("- ⚠️ {}", plain(text(issue)));
    rule();
  }

  void performance() {
    const ordered_json& t = d_["timings"];
    if (is_restore())
      line("## Performance Observations\n\n- **Total:** {}", duration_text(t["total_ms"]));
    else
      line(
          "## Performance Observations\n\n### {} Time:\n- **Pre-flight validation:** {}\n- **Data migration:** "
          "{}\n"
          "- **Definitions:** {}\n- **Drops:** {}\n- **Verification:** {}\n- **Total:** {}",
          noun(), duration_text(t["preflight_ms"]), duration_text(t["data_ms"]), duration_text(t["definitions_ms"]),
          duration_text(t["drops_ms"]), duration_text(t["verify_ms"]), duration_text(t["total_ms"]));
    if (t["memory_bytes"].is_number()) line("- **Memory of waxwing:** {} at most", size_text(t["memory_bytes"]));
    const ordered_json &was = at(d_["state_before"], "database_bytes"), &is = at(d_["state_after"], "database_bytes");
    line("\n### Database Size Impact:\n- **Before:** {}\n- **After:** {}", size_text(was), size_text(is));
    if (was.is_number() && is.is_number()) {
      const long long change = is.get<long long>() - was.get<long long>();
      line("- **Change:** {}{}", change < 0 ? "-" : "+",
           base::human_size(static_cast<unsigned long long>(std::abs(change))));
    }
    benchmarks();
    rule();
  }

  void benchmarks() {
    if (d_["benchmarks"].empty()) return;
    line("\n### Benchmarks:\n\n| query | before | after |\n|---|---:|---:|");
    const auto side = [](const ordered_json& timed) {
      const std::string plan = text(at(timed, "plan"));
      return plain(timed_text(timed) + (plan.empty() ? "" : " (" + plan + ")"));
    };
    ordered_json queries = ordered_json::array();
    for (const ordered_json& each : d_["benchmarks"]) {
      const bool has_limit = each["within_ms"].is_number();
      line("| {}{}{} | {} | {} |", has_limit ? mark(is_fast_enough(each)) + std::string(" ") : "",
           plain(text(each["title"])), has_limit ? fmt::format(" (within {} ms)", each["within_ms"].dump()) : "",
           side(each["before"]), side(each["after"]));
      const ordered_json &before = each["before"]["sql"], &after = each["after"]["sql"];
      queries.push_back(before);
      if (after != before) queries.push_back(after);
    }
    line("");
    details(queries);
  }

  void follow_up() {
    for (const ordered_json& migration : d_["migrations"]) {
      const ordered_json& guide = at(migration, "guide");
      if (!guide.is_object()) continue;
      if (!at(guide, "next_steps").empty()) line("## Next Steps\n");
      int number = 0;
      for (const ordered_json& step : at(guide, "next_steps")) {
        if (step.is_string()) {
          line("- [ ] {}", plain(text(step)));
          continue;
        }
        const std::string priority = text(at(step, "priority"));
        line("\n#### {}. **{}**{}", ++number, plain(text(step["title"])),
             priority.empty() ? "" : " (" + plain(priority) + " PRIORITY)");
        for (const ordered_json& item : at(step, "items")) line("- [ ] {}", plain(text(item)));
      }
      for (const ordered_json& snippet : at(guide, "snippets")) {
        line("\n**{}**\n", plain(text(snippet["title"])));
        line("{}", block("", "# OLD\n" + text(at(snippet, "old")) + "\n\n# NEW\n" + text(at(snippet, "new"))));
      }
      for (const auto& [what, paths] : at(guide, "files").items()) {
        line("\n**Files {}:**\n", plain(base::replace_all(what, "_", " ")));
        for (const ordered_json& path : paths) line("- {}", code(text(path)));
      }
      if (!at(guide, "monitoring").empty()) line("\n## Monitoring After Migration\n");
      for (const ordered_json& item : at(guide, "monitoring")) line("- {}", plain(text(item)));
      if (!at(guide, "contacts").empty()) line("\n## Contacts\n");
      for (const ordered_json& item : at(guide, "contacts")) line("- {}", plain(text(item)));
    }
    if (!is_migration()) return;
    line("\n## Success Criteria\n\n{} Migration completes without errors", mark(is_done()));
    for (const ordered_json& each : d_["criteria"]) {
      line("{} {}", mark_of(each["state"]), plain(text(each["text"])));
      if (each["sql"].is_string()) details(ordered_json::array({each["sql"]}));
    }
    rule();
  }

  void verdict() {
    const ordered_json& verdict = d_["verdict"];
    line("## Recommendations\n");
    if (verdict["ready"] == true && is_restore()) {
      line("### ✅ **Restored as Backed Up**\n\n{} of {} checks are green. Each stands above with its query.",
           verdict["green"].get<long long>(), verdict["checks"].get<long long>());
    } else if (verdict["ready"] == true && !is_migration()) {
      line("### ✅ **As Intended**\n\n{} of {} checks are green. Each stands above with its query.",
           verdict["green"].get<long long>(), verdict["checks"].get<long long>());
    } else if (verdict["ready"] == true) {
      line("### ✅ **Migration is Production-Ready**\n\n{} of {} checks are green. Each stands above with its query.\n",
           verdict["green"].get<long long>(), verdict["checks"].get<long long>());
      line(
          "1. ✅ Validation before anything changed, in a read-only transaction\n"
          "2. ✅ Change, verification and ledger row committed together\n"
          "3. ✅ The difference between the schemas is measured, not read from the script\n"
          "4. ✅ Data integrity asked of the database afterwards");
    } else {
      line("### ❌ **{}**\n", is_restore()     ? "Not Restored as Backed Up"
                             : is_migration() ? "Not Production-Ready"
                                              : "Not as Intended");
      for (const ordered_json& reason : verdict["reasons"]) line("- {}", plain(text(reason)));
    }
    rule();
  }

  void conclusion() {
    const bool is_ready = d_["verdict"]["ready"] == true;
    line("## Conclusion\n\n**{} {}: {}**\n", mark(is_ready), noun(),
         is_ready    ? "PASSED"
         : is_done() ? "DONE, NOT ALL GREEN"
                     : "FAILED");
    for (const ordered_json& migration : d_["migrations"])
      if (const std::string said = text(at(at(migration, "guide"), "conclusion")); !said.empty())
        line("{}\n", plain(said));
    line("---\n\n**Conducted By:** {}{}  ", plain(text(d_["started_by"])),
         text(d_["host"]).empty() ? "" : " on " + plain(text(d_["host"])));
    const std::string environment = text(d_["environment"]);
    line("**Environment:** {} ({}, PostgreSQL {})  ", environment.empty() ? "default" : plain(environment),
         plain(text(d_["url"])), plain(text(d_["server_version"])));
    if (d_["backup"].is_object()) line("**Backup Location:** {}  ", code(text(d_["backup"]["file"])));
    for (const ordered_json& step : is_migration() ? d_["plan"] : ordered_json::array())
      line("**Migration Revision:** {} → {}  ", text(step["revision"]), base::slug(text(step["message"])));
    for (const ordered_json& migration : d_["migrations"])
      if (const std::string version = text(at(at(migration, "guide"), "schema_version")); !version.empty())
        line("**Database Schema Version:** {}  ", plain(version));
    if (const std::string at = text(d_["finished_at"]); !at.empty()) line("**Last Updated:** {}  ", minute(at));
    line("**Run:** {}, waxwing {}", text(d_["run"]), text(d_["waxwing"]));
  }

  const ordered_json& d_;
};

}  // namespace

std::string report_markdown(const ordered_json& document) { return Markdown(document).write(); }

}  // namespace migrate
