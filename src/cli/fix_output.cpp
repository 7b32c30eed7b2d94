// Rows before and after.
#include "cli/fix_output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/text_table.hpp"

namespace cli {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t longest_value = 60;

std::string shown(const std::optional<std::string>& value) {
  if (!value) return "NULL";
  if (value->empty()) return "''";
  if (value->size() <= longest_value) return *value;
  std::size_t end = longest_value;
  while (end > 0 && (static_cast<unsigned char>((*value)[end]) & 0xC0) == 0x80) --end;
  return value->substr(0, end) + "...";
}

ordered_json side(const migrate::RowChange& change, std::optional<std::string> migrate::RowChange::Cell::*member) {
  ordered_json json = ordered_json::object();
  for (const migrate::RowChange::Cell& cell : change.cells)
    json[cell.column] = cell.*member ? ordered_json(*(cell.*member)) : ordered_json(nullptr);
  return json;
}

std::string identity_of(const migrate::RowChange& change) {
  std::vector<std::string> parts;
  for (const migrate::RowChange::Cell& cell : change.cells)
    if (cell.is_identity) parts.push_back(shown(cell.before ? cell.before : cell.after));
  return base::join(parts, ", ");
}

std::string counts_of(const migrate::FixTableRow& table) {
  std::vector<std::string> parts;
  if (table.updated > 0) parts.push_back(fmt::format("{} updated", table.updated));
  if (table.inserted > 0) parts.push_back(fmt::format("{} inserted", table.inserted));
  if (table.deleted > 0) parts.push_back(fmt::format("{} deleted", table.deleted));
  return base::join(parts, ", ");
}

}  // namespace

ordered_json json_of(const migrate::FixRow& row) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
  };
  return {{"run", row.run},
          {"name", row.name},
          {"path", row.path},
          {"reason", row.reason},
          {"ticket", or_null(row.ticket)},
          {"parameters", ordered_json::parse(row.parameters.empty() ? "{}" : row.parameters)},
          {"undoes", or_null(row.undoes)},
          {"whole", row.is_whole},
          {"undone_by", or_null(row.undone_by)},
          {"undone_whole", row.is_undone_whole},
          {"statements", row.statements},
          {"milliseconds", row.duration_ms},
          {"lasting", ordered_json::parse(row.lasting.empty() ? "[]" : row.lasting)},
          {"at", or_null(row.committed_at)},
          {"by", or_null(row.committed_by)},
          {"host", row.host},
          {"rows_kept", row.rows_removed.empty()}};
}

ordered_json json_of(const std::vector<migrate::FixTableRow>& tables) {
  ordered_json json = ordered_json::array();
  for (const migrate::FixTableRow& table : tables)
    json.push_back({{"table", table.schema + "." + table.name},
                    {"inserted", table.inserted},
                    {"updated", table.updated},
                    {"deleted", table.deleted}});
  return json;
}

ordered_json json_of(const std::vector<migrate::RowChange>& changes) {
  ordered_json json = ordered_json::array();
  for (const migrate::RowChange& change : changes) {
    ordered_json identity = ordered_json::object();
    for (const migrate::RowChange::Cell& cell : change.cells)
      if (cell.is_identity) {
        const auto& value = cell.before ? cell.before : cell.after;
        identity[cell.column] = value ? ordered_json(*value) : ordered_json(nullptr);
      }
    const std::string_view kind = change.kind;
    json.push_back(
        {{"table", change.table},
         {"kind", kind},
         {"identity", identity},
         {"before", kind == "inserted" ? ordered_json(nullptr) : side(change, &migrate::RowChange::Cell::before)},
         {"after", kind == "deleted" ? ordered_json(nullptr) : side(change, &migrate::RowChange::Cell::after)}});
  }
  return json;
}

void print_changes(base::Console& console, const std::vector<migrate::FixTableRow>& tables,
                   const std::vector<migrate::RowChange>& changes) {
  for (const migrate::FixTableRow& table : tables) {
    console.result(fmt::format("{}: {}", table.shown(), counts_of(table)));
    TextTable rows{"", {{"change"}, {base::join(table.identity, ", ")}, {"column"}, {"before"}, {"after"}}, {}};
    long long count = 0;
    for (const migrate::RowChange& change : changes) {
      if (change.table != table.shown()) continue;
      ++count;
      const std::string_view kind = change.kind;
      bool is_first = true;
      for (const migrate::RowChange::Cell& cell : change.cells) {
        if (cell.before == cell.after || (cell.is_identity && kind != "updated")) continue;
        rows.rows.push_back({is_first ? std::string(kind) : "", is_first ? identity_of(change) : "", cell.column,
                             kind == "inserted" ? "" : shown(cell.before), kind == "deleted" ? "" : shown(cell.after)});
        is_first = false;
      }
      if (is_first) rows.rows.push_back({std::string(kind), identity_of(change), "", "", ""});
    }
    if (count > 0)
      for (const std::string& line : rows.lines()) console.result(line);
    if (table.rows() > count)
      console.result(count == 0 ? "(every row is as it was before)"
                                : fmt::format("(the first {} of {})", base::count_of(count, "row"), table.rows()));
    console.result("");
  }
}

void print_lasting(base::Console& console, const std::vector<std::string>& lasting) {
  if (!lasting.empty()) console.warn("fix", "an undo does not take back: " + base::join(lasting, ", "));
}

std::string state_of(const migrate::FixRow& row) {
  std::string state = row.undoes.empty() ? "" : "undo of " + row.undoes.substr(0, 8);
  if (!row.undone_by.empty())
    state += fmt::format("{}{} by {}", state.empty() ? "" : ", ", row.is_undone_whole ? "undone" : "partly undone",
                         row.undone_by.substr(0, 8));
  if (!row.rows_removed.empty()) state += std::string(state.empty() ? "" : ", ") + "cannot be undone any more";
  return state.empty() ? "in force" : state;
}

}  // namespace cli
