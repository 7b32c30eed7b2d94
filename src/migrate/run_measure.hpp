// How large a database is and how many rows its tables have: taken before and after a run.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "postgres/connection.hpp"

namespace migrate {

struct TableMeasure {
  /// As SQL writes it: public.books.
  std::string name;
  long long bytes = 0;
  /// -1 where it is not known.
  long long rows = -1;
  /// Counted, rather than PostgreSQL's estimate.
  bool is_exact = false;
};

struct Measure {
  long long database_bytes = 0;
  std::vector<TableMeasure> tables;

  const TableMeasure* find(const std::string& table) const;
};

/// Sizes of all tables outside of `ledger_schema` and exact counts of the small ones (16 MiB each, 64 MiB and 100
/// tables together, 2 s, waiting 0.1 s for a lock at most); estimates of the others. Two round trips, three where a
/// table is locked.
Measure measure(postgres::Connection& connection, const std::string& ledger_schema);

/// {"database_bytes","tables":[{"table","bytes","rows","exact"}]}
nlohmann::ordered_json to_json(const Measure& measure);

/// The settings of own queries about the user's rows: they end before they disturb anybody.
extern const char* const gentle_settings;

}  // namespace migrate
