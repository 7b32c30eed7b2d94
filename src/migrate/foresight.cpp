// A demand is only judged by the rows of now where nothing before it in the migration can have changed them: to refuse
// a migration that would have worked is worse than to find out a little later.
#include "migrate/foresight.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/stand_in_session.hpp"
#include "migrate/step_script.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using base::Error;
using postgres::RowDemand;
using postgres::TableName;
namespace code = base::code;

namespace {

bool has(const std::vector<TableName>& tables, const TableName& table) {
  return std::any_of(tables.begin(), tables.end(), [&](const TableName& each) { return each.may_be(table); });
}

/// Without a name an entry stands for every column of its table; without `names` any column counts.
bool has_column(const std::vector<postgres::ColumnName>& columns, const TableName& table,
                const std::vector<std::string>& names) {
  return std::any_of(columns.begin(), columns.end(), [&](const postgres::ColumnName& each) {
    return each.table.may_be(table) &&
           (each.name.empty() || names.empty() || std::find(names.begin(), names.end(), each.name) != names.end());
  });
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

/// Writes the script's line to what a statement demands, behind the statement.
class Places final : public script::Watcher {
 public:
  Places(Foresight& foresight, const char* phase) : foresight_(foresight), phase_(phase) {}
  void after_statement(const script::StatementDone& done) override {
    foresight_.place(fmt::format("{} in {}", done.place, phase_));
  }

 private:
  Foresight& foresight_;
  const char* phase_;
};

/// Takes what a script sends: statements are read, questions are answered from the database as it is.
class ForeseeingSession final : public StandInSession {
 public:
  ForeseeingSession(postgres::Session& real, Foresight& foresight, bool transactional)
      : StandInSession(transactional), real_(real), foresight_(foresight) {}

  bool has_stopped() const { return has_stopped_; }

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    // A script may catch the error and go on in a way that it never takes in earnest.
    if (has_stopped_ || ++statements_ > most_statements) stop();
    const postgres::StatementKind kind = postgres::classify(sql).kind;
    if (kind != postgres::StatementKind::query) {
      foresight_.read(sql);
      return {};
    }
    if (foresight_.has_written()) stop();
    real_.query("SAVEPOINT waxwing_foresight");
    try {
      if (may_act(sql)) stop();
      postgres::Result result = real_.query(sql, parameters);
      real_.query("RELEASE SAVEPOINT waxwing_foresight");
      return result;
    } catch (const postgres::SqlError&) {
      base::throw_if_interrupted();
      real_.query("ROLLBACK TO SAVEPOINT waxwing_foresight; RELEASE SAVEPOINT waxwing_foresight");
      stop();
    }
  }
  std::vector<postgres::ResultColumn> describe(std::string_view) override { stop(); }
  std::uint64_t copy_out(std::string_view, const postgres::CopySink&) override { stop(); }
  void undo_savepoint() override { has_stopped_ = true; }
  postgres::Result run_batches(postgres::BatchedWork& work) override {
    work.follow(*this);
    return {};
  }
  int server_version() const override { return real_.server_version(); }

 private:
  /// A volatile function may do what a read-only transaction does not keep it from: lock, end sessions, write
  /// elsewhere.
  bool may_act(std::string_view sql) {
    const auto functions = postgres::functions_called(sql);
    if (!functions) return true;
    if (functions->empty()) return false;
    return !real_
                .query(
                    "SELECT FROM pg_catalog.pg_proc p WHERE p.proname::text = ANY (pg_catalog.string_to_array($1, "
                    "E'\\n')) AND p.provolatile::text = 'v' LIMIT 1",
                    {{base::join(*functions, "\n")}})
                .empty();
  }

  [[noreturn]] void stop() {
    has_stopped_ = true;
    throw Error(code::needs_database, "what the script does from here is not known before it runs");
  }

  /// A loop that waits for its own doing would never end here.
  static constexpr int most_statements = 2000;
  postgres::Session& real_;
  Foresight& foresight_;
  bool has_stopped_ = false;
  int statements_ = 0;
};

}  // namespace

void Foresight::read(std::string_view sql) {
  for (const postgres::Statement& statement : postgres::split_statements(sql)) {
    postgres::StatementEffect effect = postgres::effect_of(statement.text);
    append(new_columns_, std::move(effect.new_columns));
    for (RowDemand& demand : effect.demands) add(std::move(demand));
    append(not_valid_, std::move(effect.not_valid));
    append(created_, std::move(effect.created));
    append(reshaped_, std::move(effect.reshaped));
    append(written_, std::move(effect.written));
    if (keeps_statements_) statements_.push_back({std::string(statement.text), ""});
    is_opaque_ |= effect.is_opaque;
  }
}

void Foresight::add(RowDemand demand) {
  if (demand.kind == RowDemand::Kind::validate) {
    // Added NOT VALID by the same migration.
    const auto known = std::find_if(not_valid_.begin(), not_valid_.end(), [&](const RowDemand& each) {
      return each.name == demand.name && each.table.may_be(demand.table);
    });
    if (known != not_valid_.end()) demand = *known;
  }
  if (is_new(demand)) return;
  std::string doubt = doubt_about(demand);
  demands_.push_back({std::move(demand), "", std::move(doubt)});
}

void Foresight::place(const std::string& place) {
  for (auto each = demands_.rbegin(); each != demands_.rend() && each->place.empty(); ++each) each->place = place;
  for (auto each = statements_.rbegin(); each != statements_.rend() && each->place.empty(); ++each) each->place = place;
}

/// A table or column that the migration makes itself holds what it puts there.
bool Foresight::is_new(const RowDemand& demand) const {
  if (has(created_, demand.table)) return true;
  return !demand.columns.empty() && has_column(new_columns_, demand.table, demand.columns);
}

std::string Foresight::doubt_about(const RowDemand& demand) {
  if (is_opaque_) return "statements before it may have changed the rows";
  const bool has_target = !demand.target.name.empty();
  for (const TableName* table : {&demand.table, &demand.target}) {
    if (table == &demand.target && !has_target) continue;
    // Whether there are rows has nothing to do with columns.
    if (demand.kind != RowDemand::Kind::empty &&
        has_column(reshaped_, *table, table == &demand.table ? demand.columns : demand.target_columns))
      return fmt::format("{} is changed before it", table->name);
    if (has(written_, *table)) return fmt::format("rows of {} are changed before it", table->name);
  }
  if (has_target && has(created_, demand.target)) return fmt::format("{} is made before it", demand.target.name);
  for (const TableName& table : written_)
    if (!has(created_, table) && reaches_others(table))
      return fmt::format("rows of {} are changed before it, which may change others", table.name);
  return {};
}

/// Triggers, rules and foreign keys that cascade.
bool Foresight::reaches_others(const TableName& table) {
  const postgres::Result found = session_.query(
      "SELECT FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid AND c.relkind::text "
      "IN ('r', 'p') AND NOT c.relhasrules AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid "
      "AND NOT t.tgisinternal) AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.confrelid = c.oid AND "
      "(k.confdeltype::text IN ('c', 'n', 'd') OR k.confupdtype::text IN ('c', 'n', 'd')))",
      {{postgres::quote_qualified(table.schema, table.name)}});
  return found.empty();
}

bool may_demand(const Project& project, const revisions::Step& step) {
  const std::string text = base::lower(base::read_file(project.absolute(step.revision->path)));
  for (const char* word :
       {"unique", "primary", "foreign", "references", "check", "null", "type", "validate", "require", "execute_file"})
    if (text.find(word) != std::string::npos) return true;
  return false;
}

bool foresee(const Project& project, const revisions::Step& step, postgres::Session& session, Foresight& foresight) {
  ForeseeingSession foreseeing(session, foresight, step.revision->transactional);
  Places places(foresight, step.direction == revisions::Direction::up ? "upgrade" : "downgrade");
  const std::unique_ptr<script::Migration> migration = project.open_for_sql(*step.revision, places);
  try {
    run_script(*migration, step.direction, foreseeing);
  } catch (const Error& error) {
    // A run in earnest says what is wrong with the script; here it only ends what can be known.
    base::throw_if_interrupted();
    if (error.code() == code::connection_lost) throw;
    return false;
  }
  return !foreseeing.has_stopped();
}

}  // namespace migrate
