// The graph that the operation itself would read, and how long its rows take.
#include "operations/key_foretold.hpp"

#include <map>

#include "operations/key_change.hpp"
#include "operations/key_starts.hpp"
#include "operations/key_target.hpp"
#include "operations/online_foretold.hpp"
#include "operations/retype_online.hpp"
#include "operations/set_aside.hpp"
#include "operations/sql.hpp"

namespace operations {

using postgres::Session;

namespace {

/// Measured with tests/bench/retype.sh; a machine of its own is up to four times as quick.
constexpr double us_of_row = 8, us_of_checked_row = 3;

/// Rows of every table that is rewritten, and of every foreign key that is checked again.
std::string duration_of(const KeyGraph& graph) {
  std::map<std::string, const KeyColumn*> tables;
  for (const KeyDomain& domain : graph.domains)
    for (const KeyColumn& column : domain.columns) tables[column.table] = &column;
  double us = 0, rows = 0, bytes = 0;
  for (const auto& [table, column] : tables) {
    us += static_cast<double>(column->rows) * us_of_row;
    rows += static_cast<double>(column->rows);
    bytes += static_cast<double>(column->bytes);
  }
  for (const KeyConstraint& each : graph.constraints)
    if (const auto table = tables.find(each.table); table != tables.end() && each.is_validated)
      us += static_cast<double>(table->second->rows) * us_of_checked_row;
  return fmt::format(
      "blocks readers and writers of {} for about {} (offline; {:.0f} rows and {:.0f} MB by the last ANALYZE, {} us a "
      "row "
      "and {} us for each that a foreign key checks)",
      base::count_of(static_cast<long long>(tables.size()), "table"),
      us < 1e6 ? "a second" : fmt::format("{:.0f} s", us / 1e6), rows, bytes / 1048576, us_of_row, us_of_checked_row);
}

}  // namespace

std::vector<std::string> foretell_keys(const Operation& operation, Session& session) {
  const std::string& name = operation.type().name();
  std::vector<KeyStart> starts;
  std::vector<UndeclaredReference> undeclared;
  std::string to;
  std::vector<std::string> lines = foretell_online_operation(operation, session);
  bool is_online = false;
  if (const auto* one = operation_as<RetypePrimaryKey>(operation)) {
    starts = {find_primary_key(session, name, one->schema, one->table, one->column)};
    undeclared = undeclared_in(session, name, starts, one->target);
    to = one->target.to;
    is_online = one->target.strategy == "online";
    if (is_online) lines = foretell_online(session, name, plan_keys_online(session, name, starts, one->target).change);
  } else if (const auto* all = operation_as<RetypeAllPrimaryKeys>(operation)) {
    starts = integer_primary_keys(session, all->schema, all->except, all->target.to);
    if (!starts.empty()) undeclared = undeclared_in(session, name, starts, all->target);
    to = all->target.to;
    is_online = all->target.strategy == "online";
    if (is_online && !starts.empty())
      lines = foretell_online(session, name, plan_keys_online(session, name, starts, all->target).change);
  } else if (const auto* back = operation_as<RestorePrimaryKey>(operation)) {
    starts = {find_primary_key(session, name, back->schema, back->table, back->column)};
  } else if (const auto* all_back = operation_as<RestoreAllPrimaryKeys>(operation)) {
    starts = mapped_primary_keys(session, all_back->schema, all_back->mapping_schema, all_back->except);
  }
  if (starts.empty()) return lines;
  with_catalogue_path(session, [&] {
    const KeyGraph graph = read_key_graph(session, starts, undeclared);
    // Beside it what the other strategy would take.
    if (is_online) return lines.push_back("offline it " + duration_of(graph));
    const SetAside aside = aside_of(session, graph);
    for (const KeyDomain& domain : graph.domains)
      for (const KeyColumn& column : domain.columns)
        lines.push_back(fmt::format("{} {} -> {}", column.shown(), column.type, to.empty() ? "as it was" : to));
    for (const KeyConstraint& each : graph.constraints)
      lines.push_back(fmt::format("foreign key {} of {} made again", each.name, each.table));
    for (const std::string& each : aside.objects) lines.push_back(each + " made again");
    for (const std::string& each : aside.fixed) lines.push_back("IN THE WAY: " + each);
    lines.push_back(duration_of(graph));
  });
  return lines;
}

}  // namespace operations
