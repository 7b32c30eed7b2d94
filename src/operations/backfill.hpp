// op.backfill: changes the rows of a table in batches, each of which commits by itself.
#pragma once
#include "operations/batches.hpp"
#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct Backfill {
  Text schema{}, table{}, set{}, where{};
  /// Columns of a unique key; the primary key when empty.
  Names key{};
  std::int64_t batch_rows = 1000, target_ms = 200, pause_ms = 0, max_lag_s = 0;
  static const Definition<Backfill>& definition();
};

/// The same from C++: leaves the transaction of the step, goes on from its checkpoint after an interruption, and
/// returns the number of rows that were changed. On a session that records or follows, 0.
long long run_backfill(postgres::Session& session, const Backfill& backfill);

/// Changes the rows of each page by one UPDATE, in a transaction with the checkpoint: one message to the server with a
/// `where`, two without.
class BackfillWork final : public TableBatches {
 public:
  explicit BackfillWork(const Backfill& op);

  std::string statement() const override;
  void prepare(postgres::Session& session) const override;
  std::vector<std::string> script() const override;
  std::string table_name() const override;
  RowKey find_key(postgres::Session& session) const override;
  const Pace& pace() const override { return pace_; }
  const std::string& where() const override { return op_.where; }
  bool empties_where() const override { return true; }
  postgres::Result do_batch(const BatchStep& step) override;

 private:
  postgres::Result change_all(const BatchStep& step);
  postgres::Result change_matching(const BatchStep& step);

  Backfill op_;
  Pace pace_;
};

}  // namespace operations
