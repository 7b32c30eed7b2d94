// What steps will demand of the rows that are there, found before they run: their scripts run on a session that writes
// nothing down in the database and answers questions from it.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "migrate/project.hpp"
#include "postgres/row_demand.hpp"
#include "revisions/target.hpp"

namespace migrate {

struct ForeseenDemand {
  postgres::RowDemand demand;
  /// "migrations/x.lua:14 in upgrade"
  std::string place;
  /// Why the rows of now cannot tell; empty when they can.
  std::string doubt;
};

/// A statement that a step will send, as far as that is known before.
struct ForeseenStatement {
  std::string sql;
  /// "migrations/x.lua:14 in upgrade"
  std::string place;
};

/// Reads statements in order, and remembers what each leaves unknown for those after it.
class Foresight {
 public:
  /// `session` is asked what a change of one table may do to others. The text of statements is kept only where somebody
  /// takes it.
  explicit Foresight(postgres::Session& session, bool keeps_statements = false)
      : session_(session), keeps_statements_(keeps_statements) {}

  /// One statement or several.
  void read(std::string_view sql);
  /// Where the statement that was read last stands.
  void place(const std::string& place);
  /// Did the statements so far change rows, so that the database cannot answer for them any more?
  bool has_written() const { return is_opaque_ || !written_.empty(); }
  const std::vector<ForeseenDemand>& demands() const { return demands_; }
  /// The statements since the last call.
  std::vector<ForeseenStatement> take_statements() { return std::exchange(statements_, {}); }

 private:
  void add(postgres::RowDemand demand);
  bool is_new(const postgres::RowDemand& demand) const;
  std::string doubt_about(const postgres::RowDemand& demand);
  bool reaches_others(const postgres::TableName& table);

  postgres::Session& session_;
  const bool keeps_statements_;
  std::vector<ForeseenDemand> demands_;
  std::vector<ForeseenStatement> statements_;
  std::vector<postgres::RowDemand> not_valid_;
  std::vector<postgres::TableName> created_, written_;
  std::vector<postgres::ColumnName> new_columns_, reshaped_;
  bool is_opaque_ = false;
};

/// Runs the script of a step for `foresight`, as far as it can be known: it stops where the script fails or asks for
/// data that it has changed itself. `session` is in a read-only transaction. Returns whether it came to the end.
bool foresee(const Project& project, const revisions::Step& step, postgres::Session& session, Foresight& foresight);

/// Can the script of a step demand anything of rows? By its words, so that most steps need not be run twice.
bool may_demand(const Project& project, const revisions::Step& step);

}  // namespace migrate
