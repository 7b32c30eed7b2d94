// The same questions to the catalogue as the change itself asks.
#include "operations/online_foretold.hpp"

#include "operations/key_change.hpp"
#include "operations/key_starts.hpp"
#include "operations/online_operations.hpp"
#include "operations/online_parts.hpp"
#include "operations/set_aside.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

/// The longest wait of a writer in tests/faults/online_kills_test.cpp is a third of it.
constexpr int most_blocked_ms = 300;

std::string blocked(const OnlineChange& change, const char* when = "when the columns change places") {
  return fmt::format("blocks readers and writers of {} for at most about {} ms (online), {}",
                     base::count_of(static_cast<long long>(change.tables().size()), "table"), most_blocked_ms, when);
}

std::vector<std::string> foretell_end(const OnlineChange* change, bool is_abort) {
  std::vector<std::string> lines;
  if (!change) return lines;
  for (const TwinColumn& each : change->columns) {
    // An abort lets the old columns have their names again.
    const bool swaps_back = is_abort && change->is_swapped;
    if (change->is_renaming() && swaps_back)
      lines.push_back(fmt::format("{}.{} dropped, and {} named like it", each.table,
                                  postgres::format_identifier(each.name),
                                  postgres::format_identifier(change->renamed_to)));
    else
      lines.push_back(fmt::format("{}.{} dropped{}", each.table,
                                  postgres::format_identifier(swaps_back ? each.name : change->twin_name(each)),
                                  swaps_back ? ", and " + change->twin_name(each) + " named like it" : ""));
  }
  lines.push_back(blocked(*change, is_abort ? "when the columns change places again" : "when the old columns go"));
  return lines;
}

std::vector<std::string> foretell_renaming(postgres::Session& session, const OnlineChange& change) {
  const TwinColumn& column = change.columns.front();
  std::vector<std::string> lines = {
      fmt::format("{}.{} renamed to {}; beside it {}, which takes the old name then", column.table,
                  postgres::format_identifier(column.name), postgres::format_identifier(change.renamed_to),
                  change.twin(column.name)),
      fmt::format("trigger {} on {} until the contract", change.trigger(), column.table)};
  with_catalogue_path(session, [&] {
    refuse_not_renamed(session, change);
    for (const IndexPart& index : read_indexes(session, change, column))
      lines.push_back(fmt::format("index {} of {} made for the old name too, concurrently", index.name, column.table));
  });
  lines.push_back(blocked(change));
  return lines;
}

}  // namespace

std::vector<std::string> foretell_online(postgres::Session& session, const std::string& operation,
                                         const OnlineChange& change) {
  std::vector<std::string> lines;
  with_catalogue_path(session, [&] {
    refuse_not_carried(session, operation, change);
    std::vector<std::string> tables, names;
    for (const TwinColumn& each : change.columns) {
      tables.push_back(each.table_oid);
      names.push_back(each.name);
      lines.push_back(fmt::format("{}.{} {} -> {}, beside it {} and then {}", each.table,
                                  postgres::format_identifier(each.name), each.old_type, each.new_type,
                                  change.twin(each.name), OnlineChange::twin_after(each.name, true)));
    }
    for (const TwinColumn* each : change.table_columns()) {
      lines.push_back(fmt::format("trigger {} on {} until the contract", change.trigger(), each->table));
      for (const IndexPart& index : read_indexes(session, change, *each))
        lines.push_back(fmt::format("index {} of {} made beside, concurrently", index.name, each->table));
      for (const CheckPart& check : read_checks(session, change, *each))
        lines.push_back(fmt::format("check {} of {} made beside and validated", check.name, each->table));
    }
    for (const ForeignKeyPart& each : read_foreign_keys(session, change))
      lines.push_back(fmt::format("foreign key {} of {} made beside, NOT VALID{}", each.name, each.table,
                                  each.is_validated ? ", and validated" : ""));
    for (const std::string& each : read_set_aside(session, tables, names).objects)
      lines.push_back(each + " made again");
  });
  lines.push_back(blocked(change));
  return lines;
}

std::vector<std::string> foretell_online_operation(const Operation& operation, postgres::Session& session) {
  const std::string& name = operation.type().name();
  if (const auto* type = operation_as<ChangeColumnType>(operation)) {
    if (!type->online) return {};
    return foretell_online(session, name, online_plan_of(session, *type).change);
  }
  if (const auto* renaming = operation_as<RenameColumn>(operation)) {
    if (!renaming->online) return {};
    return foretell_renaming(session, online_plan_of(session, *renaming).change);
  }
  const auto of_one = [&](const auto& end, const std::string& column, bool is_abort) {
    const auto change = find_online_change(session, quote_qualified(end.schema, end.table), column);
    return foretell_end(change ? &*change : nullptr, is_abort);
  };
  const auto key_of = [&](const auto& end) {
    return find_primary_key(session, name, end.schema, end.table, end.column).column;
  };
  const auto of_all = [&](const std::string& schema, bool is_abort) {
    std::vector<std::string> lines;
    for (const OnlineChange& change : find_key_changes(session, schema))
      for (std::string& line : foretell_end(&change, is_abort)) lines.push_back(std::move(line));
    return lines;
  };
  if (const auto* end = operation_as<ContractColumnChange>(operation)) return of_one(*end, end->column, false);
  if (const auto* end = operation_as<AbortColumnChange>(operation)) return of_one(*end, end->column, true);
  if (const auto* end = operation_as<ContractPrimaryKey>(operation)) return of_one(*end, key_of(*end), false);
  if (const auto* end = operation_as<AbortPrimaryKey>(operation)) return of_one(*end, key_of(*end), true);
  if (const auto* end = operation_as<ContractAllPrimaryKeys>(operation)) return of_all(end->schema, false);
  if (const auto* end = operation_as<AbortAllPrimaryKeys>(operation)) return of_all(end->schema, true);
  return {};
}

}  // namespace operations
