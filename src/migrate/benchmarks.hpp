// The queries of m.guide.benchmarks, timed before and after a migration, so that a report can compare them.
#pragma once
#include <nlohmann/json.hpp>

#include "base/value.hpp"
#include "postgres/connection.hpp"

namespace migrate {

class Benchmarks {
 public:
  /// Times each query of the guide. `before` and `after` name its text for either side of an upgrade; a downgrade goes
  /// the other way.
  void time_before(const base::Value& guide, bool up, postgres::Connection& connection);
  /// Times the same once more, behind the migration; nothing where `time_before` was not called for it.
  void time_after(const std::string& revision, postgres::Connection& connection);

  /// [{"revision","title","within_ms"|null,"before":TIMED,"after":TIMED}] where TIMED is
  /// {"sql","milliseconds","runs","plan"} or {"sql","error"}. `milliseconds` is planning and execution on the server,
  /// the median of five runs, fewer of a slow query; `plan` says how the tables were read:
  /// "Index Scan using users_pkey on users".
  nlohmann::ordered_json take() { return std::move(done_); }

 private:
  nlohmann::ordered_json open_ = nlohmann::ordered_json::array(), done_ = nlohmann::ordered_json::array();
};

}  // namespace migrate
