// Sorts what the record holds by what a reader looks for: tables, objects, checks, times, and a verdict.
#include "migrate/report/document.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "base/files.hpp"
#include "base/text.hpp"
#include "migrate/report/wording.hpp"

namespace migrate {

using nlohmann::ordered_json;

namespace {

ordered_json parsed(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json::parse(text, nullptr, false);
}

/// The value of a key, or null.
const ordered_json& at(const ordered_json& object, const char* key) {
  static const ordered_json null;
  return object.is_object() && object.contains(key) ? object[key] : null;
}

ordered_json list(const ordered_json& value) { return value.is_array() ? value : ordered_json::array(); }

std::string text(const ordered_json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

/// {"plugin","title","passed"|null,"text","lines","milliseconds"|null} of what report.add took.
ordered_json finding_of(const ordered_json& event, const ordered_json& finding) {
  return {{"plugin", at(event, "plugin")},       {"title", at(finding, "title")},
          {"passed", at(finding, "passed")},     {"text", text(at(finding, "text"))},
          {"lines", list(at(finding, "lines"))}, {"milliseconds", at(finding, "milliseconds")}};
}

/// A run as its events tell it.
struct Record {
  ordered_json begin, end, migrations = ordered_json::array(), findings = ordered_json::array();
};

Record record_of(const std::vector<revisions::EventRow>& events) {
  Record record;
  for (const revisions::EventRow& event : events) {
    ordered_json detail = parsed(event.detail);
    if (detail.is_discarded()) continue;
    if (event.kind == "begin")
      record.begin = std::move(detail);
    else if (event.kind == "end")
      record.end = std::move(detail);
    else if (event.kind == "migration")
      record.migrations.push_back(std::move(detail));
    else if (event.kind == "plugin")
      for (const ordered_json& finding : at(detail, "findings")) record.findings.push_back(finding_of(detail, finding));
  }
  return record;
}

/// {"table","rows","exact","bytes"} of a state by table; null when it was not there.
const ordered_json& measured(const ordered_json& state, const std::string& table) {
  static const ordered_json null;
  for (const ordered_json& each : at(state, "tables"))
    if (each["table"] == table) return each;
  return null;
}

/// One entry for each table that was made, changed or dropped, or whose number of rows is another.
class Tables {
 public:
  Tables(const ordered_json& before, const ordered_json& end) : before_(before), after_(at(end, "state")), end_(end) {}

  ordered_json collect() {
    const ordered_json& difference = at(end_, "difference");
    for (const char* verb : {"added", "removed", "changed"})
      for (const ordered_json& fact : list(at(difference, verb))) file(verb, fact);
    for (const ordered_json& each : list(at(before_, "tables"))) {
      const ordered_json& now = measured(after_, each["table"].get<std::string>());
      if (now.is_object() && each["exact"] == true && now["exact"] == true && now["rows"] != each["rows"])
        entry(each["table"].get<std::string>());
    }
    for (const ordered_json& each : list(at(end_, "evidence")))
      if (ordered_json* table = find(text(each["table"]))) (*table)["evidence"].push_back(each);
    return std::move(tables_);
  }

  ordered_json take_others() { return std::move(others_); }

 private:
  ordered_json* find(const std::string& table) {
    for (ordered_json& each : tables_)
      if (each["table"] == table) return &each;
    return nullptr;
  }

  ordered_json& entry(const std::string& table) {
    if (ordered_json* known = find(table)) return *known;
    const ordered_json &was = measured(before_, table), &is = measured(after_, table);
    tables_.push_back(
        {{"table", table},
         {"state", "changed"},
         {"rows_before", at(was, "rows")},
         {"rows_after", at(is, "rows")},
         {"exact", at(was, "exact") != false && at(is, "exact") != false},
         {"columns",
          {{"added", ordered_json::array()}, {"removed", ordered_json::array()}, {"changed", ordered_json::array()}}},
         {"indexes",
          {{"added", ordered_json::array()}, {"removed", ordered_json::array()}, {"changed", ordered_json::array()}}},
         {"constraints",
          {{"added", ordered_json::array()}, {"removed", ordered_json::array()}, {"changed", ordered_json::array()}}},
         {"changes", ordered_json::array()},
         {"evidence", ordered_json::array()}});
    return tables_.back();
  }

  void file(const char* verb, const ordered_json& fact) {
    const std::string kind = text(fact["kind"]);
    const bool has_table = at(fact["parent"], "kind") == "table";
    if (kind == "table") {
      ordered_json& table = entry(text(fact["identity"]));
      if (std::string_view(verb) == "added") table["state"] = "created";
      if (std::string_view(verb) == "removed") table["state"] = "dropped";
      if (std::string_view(verb) == "changed") table["changes"] = fact["changes"];
    } else if (has_table && (kind == "column" || kind == "index" || kind == "constraint")) {
      const char* part = kind == "column" ? "columns" : kind == "index" ? "indexes" : "constraints";
      entry(text(fact["parent"]["identity"]))[part][verb].push_back(fact);
    } else {
      ordered_json other = fact;
      other["verb"] = verb;
      others_.push_back(std::move(other));
    }
  }

  const ordered_json& before_;
  const ordered_json& after_;
  const ordered_json& end_;
  ordered_json tables_ = ordered_json::array(), others_ = ordered_json::array();
};

/// What `waxwing upgrade` printed about the checks, line for line.
std::string transcript(const ordered_json& migrations, const std::string& noun) {
  const std::string rule(80, '=');
  std::string out;
  for (const ordered_json& migration : migrations) {
    bool has_begun = false, has_failed = false;
    for (const ordered_json& check : migration["checks"]) {
      if (check["section"] != "preflight") continue;
      if (!std::exchange(has_begun, true)) out += fmt::format("{0}\nSTARTING PRE-{1} VALIDATION\n{0}\n", rule, noun);
      const std::string said = text(check["text"]);
      out +=
          fmt::format("\n[{}/{}] {}...\n", check["number"].get<int>(), check["count"].get<int>(), text(check["doing"]));
      const bool passed = check["passed"].get<bool>(), is_heading = !check["lines"].empty();
      has_failed = has_failed || !passed;
      if (!passed)
        out += fmt::format("✗ {}\n", said);
      else if (!said.empty())
        out += is_heading ? fmt::format("\n{}\n", said) : fmt::format("✓ {}\n", said);
      for (const ordered_json& line : check["lines"]) out += fmt::format("{}{}\n", passed ? "" : "  ", text(line));
    }
    if (has_begun && !has_failed) out += fmt::format("\n{0}\nPRE-{1} VALIDATION PASSED\n{0}\n", rule, noun);
  }
  return out;
}

ordered_json timings(const Record& record) {
  std::map<std::string, double> sums;
  for (const ordered_json& migration : record.migrations)
    for (const auto& [phase, milliseconds] : at(migration, "phases").items()) sums[phase] += milliseconds.get<double>();
  return {{"preflight_ms", sums["preflight"]},
          {"data_ms", sums["data"]},
          {"definitions_ms", sums["definitions"]},
          {"drops_ms", sums["drops"]},
          {"verify_ms", sums["verify"]},
          {"total_ms", at(record.end, "milliseconds")},
          {"memory_bytes", at(record.end, "memory_bytes")}};
}

/// Why a run is not green, and what a reader should know of it.
void judge(ordered_json& document, const Record& record) {
  ordered_json reasons = ordered_json::array(), issues = ordered_json::array();
  if (document["status"] != "done") reasons.push_back("the run did not end well: " + text(document["status"]));
  if (const ordered_json& error = document["error"]; error.is_object())
    issues.push_back(fmt::format("{} ({}){}", text(error["what"]), text(error["code"]),
                                 text(at(error, "because")).empty() ? "" : ": " + text(error["because"])));
  std::size_t checks = 0, green = 0;
  const auto count = [&](bool is_green, const std::string& reason) {
    ++checks;
    if (is_green)
      ++green;
    else
      reasons.push_back(reason);
  };
  bool wants_backup = false;
  for (const ordered_json& migration : record.migrations) {
    for (const ordered_json& check : migration["checks"])
      count(check["passed"].get<bool>(), "check failed: " + text(check["text"]));
    for (const ordered_json& note : migration["notes"])
      if (text(note).find("also drops") != std::string::npos) issues.push_back(note);
    if (const int tries = migration["tries"].get<int>(); tries > 1)
      issues.push_back(fmt::format("revision {} was tried {} times", text(migration["revision"]), tries));
    wants_backup =
        wants_backup || (at(migration["metadata"], "backup_required") == true && migration["direction"] == "up");
  }
  for (const ordered_json& each : document["evidence"])
    if (each["state"] != "told")
      count(each["state"] == "ok", fmt::format("{}: {}", text(each["title"]), text(each["state"])));
  for (const ordered_json& each : document["criteria"])
    if (each["state"] != "manual") count(each["state"] == "ok", "criterion failed: " + text(each["text"]));
  for (const ordered_json& each : document["findings"])
    if (each["passed"].is_boolean())
      count(each["passed"].get<bool>(), fmt::format("{}: {}", text(each["title"]), text(each["text"])));
  for (const ordered_json& each : document["benchmarks"])
    if (each["within_ms"].is_number())
      count(report::is_fast_enough(each), fmt::format("benchmark {}: {} after, {} ms are allowed", text(each["title"]),
                                                      report::timed_text(each["after"]), each["within_ms"].dump()));
  if (wants_backup)
    count(at(document["backup"], "exists") == true, "no backup is recorded, and the migration requires one");
  if (document["command"] == "restore" && document["status"] == "done" && document["evidence"].empty())
    reasons.push_back("nothing was compared: the backup has no manifest");
  if (record.end.is_null() || at(record.end, "difference").is_null())
    reasons.push_back("the state after the run was not recorded");
  document["issues"] = issues;
  document["verdict"] = {{"ready", reasons.empty()}, {"checks", checks}, {"green", green}, {"reasons", reasons}};
}

}  // namespace

ordered_json backup_of(const Project& project, const revisions::RunRow& run) {
  const ordered_json detail = parsed(run.detail);
  const ordered_json& named = at(detail, "backup");
  const std::string file =
      named.is_string() ? text(named) : text(at(named, "file").is_null() ? at(named, "path") : at(named, "file"));
  if (file.empty()) return nullptr;
  const std::string path = project.absolute(file);
  std::error_code ignored;
  ordered_json backup = {{"file", file}, {"exists", base::file_exists(path)}, {"bytes", nullptr}};
  if (const auto bytes = std::filesystem::file_size(path, ignored); !ignored) backup["bytes"] = bytes;
  if (base::file_exists(path + ".json")) {
    const ordered_json manifest = ordered_json::parse(base::read_file(path + ".json"), nullptr, false);
    if (!manifest.is_discarded())
      for (const char* key : {"label", "created_at", "sha256", "position", "proof"}) backup[key] = at(manifest, key);
  }
  return backup;
}

ordered_json report_document(const revisions::RunRow& run, const std::vector<revisions::EventRow>& events,
                             const ordered_json& backup) {
  Record record = record_of(events);
  const ordered_json none = ordered_json::array();
  ordered_json document = {{"schema_version", 1},
                           {"run", run.run},
                           {"command", run.command},
                           {"target", run.target},
                           {"status", run.outcome.empty() ? "unfinished" : run.outcome},
                           {"started_at", run.started_at},
                           {"finished_at", run.finished_at},
                           {"started_by", run.started_by},
                           {"host", run.host},
                           {"waxwing", run.version},
                           {"environment", at(record.begin, "environment")},
                           {"database", at(record.begin, "database")},
                           {"url", at(record.begin, "url")},
                           {"server_version", at(record.begin, "server_version")},
                           {"from", at(record.begin, "position")},
                           {"to", at(record.end, "position")},
                           {"plan", list(at(record.begin, "plan"))},
                           {"migrations", none},
                           {"error", at(record.end, "error")},
                           {"state_before", at(record.begin, "state")},
                           {"state_after", at(record.end, "state")}};
  Tables tables(at(record.begin, "state"), record.end);
  document["tables"] = tables.collect();
  document["objects"] = tables.take_others();
  document["left_out"] = at(at(record.end, "difference"), "left_out");
  document["evidence"] = list(at(record.end, "evidence"));
  document["criteria"] = list(at(record.end, "criteria"));
  document["benchmarks"] = list(at(record.end, "benchmarks"));
  document["findings"] = std::move(record.findings);
  document["backup"] = backup;
  if (const ordered_json detail = parsed(run.detail); !at(detail, "fix").is_null()) document["fix"] = detail;
  document["transcript"] = transcript(record.migrations, base::upper(report::noun_of_run(document)));
  document["timings"] = timings(record);
  judge(document, record);
  // Last, and moved: this is nearly all of it.
  document["migrations"] = std::move(record.migrations);
  return document;
}

}  // namespace migrate
