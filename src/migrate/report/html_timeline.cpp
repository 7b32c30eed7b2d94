// A bar for each statement: where in the run it was at work, how long, under which lock.
#include "migrate/report/html_timeline.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "migrate/report/html_text.hpp"
#include "migrate/report/wording.hpp"

namespace migrate::report {

using nlohmann::ordered_json;
using namespace html;

namespace {

class Timeline : HtmlText {
 public:
  explicit Timeline(const ordered_json& document) : d_(document) {}

  std::string write() {
    timeline();
    return take();
  }

 private:
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
        put("<div class=\"under\">{}{}<span>{}</span></div>{}", bar(elapsed, milliseconds, total, weight),
            lock.empty() ? "" : fmt::format("<span class=\"lock {}\">{}</span>", weight, escaped(lock)),
            text(statement["place"]),
            statement.contains("error") ? "<div class=\"offending\">" + text(statement["error"]) + "</div>" : "");
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

  const ordered_json& d_;
};

}  // namespace

std::string timeline_html(const ordered_json& document) { return Timeline(document).write(); }

}  // namespace migrate::report
