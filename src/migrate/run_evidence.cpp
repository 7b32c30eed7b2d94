// Questions are collected from the difference of the snapshots, then asked in one message.
#include "migrate/run_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

using nlohmann::ordered_json;
using postgres::quote_literal;

namespace {

constexpr long long most_bytes_of_table = 64 << 20;
constexpr std::size_t most_questions = 200;
constexpr int most_groups = 6;

/// Types whose values a report may show: ids, numbers, flags and dates, never texts.
bool may_be_shown(const std::string& type) {
  for (const char* each : {"integer", "bigint", "smallint", "boolean", "uuid", "date"})
    if (type == each) return true;
  return type.starts_with("numeric");
}

class Questions {
 public:
  Questions(const schema::Difference& difference, const schema::Snapshot& after, const Measure& measure)
      : difference_(difference), after_(after), measure_(measure) {}

  ordered_json collect() {
    for (const schema::Fact& fact : difference_.added) added(fact);
    for (const schema::Fact& fact : difference_.removed) removed(fact);
    foreign_keys();
    return std::move(questions_);
  }

 private:
  static bool is(const schema::Fact& fact, const char* kind) { return std::string_view(fact.kind->name) == kind; }

  bool is_new(const std::string& table) const {
    return std::any_of(difference_.added.begin(), difference_.added.end(),
                       [&](const schema::Fact& fact) { return is(fact, "table") && fact.identity == table; });
  }

  void ask(const char* group, std::string title, const std::string& table, std::string sql, const char* expected,
           bool asks_rows = false) {
    if (questions_.size() >= most_questions) return;
    const TableMeasure* size = measure_.find(table);
    const bool is_large = size && size->bytes > most_bytes_of_table;
    questions_.push_back({{"group", group},
                          {"title", std::move(title)},
                          {"table", table},
                          {"sql", std::move(sql)},
                          {"expected", expected ? ordered_json(expected) : ordered_json(nullptr)},
                          {"found", nullptr},
                          {"rows", nullptr},
                          {"state", is_large ? "not measured" : "open"},
                          {"asks_rows", asks_rows}});
  }

  void added(const schema::Fact& fact) {
    if (is(fact, "column") && fact.parent_kind && std::string_view(fact.parent_kind->name) == "table" &&
        !is_new(fact.parent)) {
      const bool not_null = fact.text("not null") == "true";
      ask("nulls", fmt::format("{} without {}", fact.parent, fact.name), fact.parent,
          fmt::format("SELECT count(*) FROM {} WHERE {} IS NULL", fact.parent, fact.name), not_null ? "0" : nullptr);
      if (may_be_shown(fact.text("type")))
        ask("values", fmt::format("values of {}.{}", fact.parent, fact.name), fact.parent,
            fmt::format("SELECT {0}, count(*) FROM {1} GROUP BY {0} ORDER BY count(*) DESC, {0} LIMIT {2}", fact.name,
                        fact.parent, most_groups),
            nullptr, true);
    }
    if (is(fact, "index"))
      ask("indexes", fact.name, fact.parent,
          fmt::format("SELECT indisvalid FROM pg_index WHERE indexrelid = {}::regclass", quote_literal(fact.identity)),
          "true");
  }

  void removed(const schema::Fact& fact) {
    if (is(fact, "table"))
      ask("dropped", fmt::format("{} no longer exists", fact.identity), fact.identity,
          fmt::format("SELECT to_regclass({}) IS NOT NULL", quote_literal(fact.identity)), "false");
    if (is(fact, "constraint") && fact.text("type") == "foreign key" && after_.find("table", fact.parent))
      ask("foreign keys removed", fact.name, fact.parent,
          fmt::format("SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = {}::regclass AND "
                      "format('%I', conname) = {})",
                      quote_literal(fact.parent), quote_literal(fact.name)),
          "false");
  }

  std::set<std::string> touched_tables() const {
    std::set<std::string> tables;
    const auto touch = [&](const schema::Fact& fact) {
      tables.insert(is(fact, "table") ? fact.identity : fact.parent);
    };
    for (const schema::Fact& fact : difference_.added) touch(fact);
    for (const schema::Fact& fact : difference_.removed) touch(fact);
    for (const schema::FactChange& change : difference_.changed) touch(change.after);
    return tables;
  }

  void foreign_keys() {
    const std::set<std::string> touched = touched_tables();
    for (const schema::Fact& fact : after_.facts()) {
      if (!is(fact, "constraint") || fact.text("type") != "foreign key") continue;
      const std::string referenced = fact.text("references");
      if (!touched.contains(fact.parent) && !touched.contains(referenced)) continue;
      if (fact.text("definition").find("PERIOD") != std::string::npos) continue;
      const auto columns = ordered_json::parse(fact.text("columns")),
                 keys = ordered_json::parse(fact.text("referenced columns"));
      std::string join, set;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string column = postgres::quote_identifier(columns[i].get<std::string>());
        join += fmt::format("{}p.{} = c.{}", i ? " AND " : "", postgres::quote_identifier(keys[i].get<std::string>()),
                            column);
        set += fmt::format("{}c.{} IS NOT NULL", i ? " AND " : "", column);
      }
      ask("orphans", fmt::format("{} of {} without a row of {}", fact.name, fact.parent, referenced), fact.parent,
          fmt::format("SELECT count(*) FROM {} c WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})", fact.parent, set,
                      referenced, join),
          "0");
    }
  }

  const schema::Difference& difference_;
  const schema::Snapshot& after_;
  const Measure& measure_;
  ordered_json questions_ = ordered_json::array();
};

void answer(ordered_json& question, const std::string& found) {
  if (question["asks_rows"].get<bool>()) {
    question["rows"] = found.empty() ? ordered_json::array() : ordered_json::parse(found);
    question["state"] = "told";
    return;
  }
  question["found"] = found;
  question["state"] = question["expected"].is_null() ? "told" : question["expected"] == found ? "ok" : "failed";
}

}  // namespace

ordered_json gather_evidence(postgres::Connection& connection, const schema::Difference& difference,
                             const schema::Snapshot& after, const Measure& measure) {
  ordered_json questions = Questions(difference, after, measure).collect();
  std::string sql;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (questions[i]["state"] != "open") continue;
    const std::string one = questions[i]["sql"].get<std::string>();
    sql += sql.empty() ? "" : " UNION ALL ";
    sql += questions[i]["asks_rows"].get<bool>()
               ? fmt::format(
                     "SELECT {}, (SELECT json_agg(json_build_array(q.value, q.count)) FROM ({}) q(value, count))::text",
                     i, one)
               : fmt::format("SELECT {}, ({})::text", i, one);
  }
  if (!sql.empty()) {
    try {
      const postgres::Result rows = connection.query(gentle_settings + sql);
      for (std::size_t row = 0; row < rows.rows(); ++row)
        answer(questions[static_cast<std::size_t>(rows.integer(row, 0))], rows.text(row, 1));
    } catch (const postgres::SqlError&) {
      // A lock or the time limit: what is open stays unanswered, and says so.
    }
  }
  for (ordered_json& question : questions) {
    if (question["state"] == "open") question["state"] = "not measured";
    question.erase("asks_rows");
  }
  return questions;
}

}  // namespace migrate
