// One after the other.
#include "migrate/run_observer.hpp"

namespace migrate {

void RunObservers::note(std::string text) {
  for (const auto& each : all_) each->note(text);
}

void RunObservers::before_operation(const operations::Operation& operation, const std::string& place) {
  for (const auto& each : all_) each->before_operation(operation, place);
}

void RunObservers::after_statement(const script::StatementDone& statement) {
  for (const auto& each : all_) each->after_statement(statement);
}

void RunObservers::before_run(const RunPlan& plan, postgres::Connection& connection) {
  for (const auto& each : all_) each->before_run(plan, connection);
}

void RunObservers::before_migration(const revisions::Step& step, script::Migration& migration,
                                    postgres::Connection& connection) {
  for (const auto& each : all_) each->before_migration(step, migration, connection);
}

void RunObservers::before_verify(const revisions::Step& step) {
  for (const auto& each : all_) each->before_verify(step);
}

void RunObservers::after_check(const CheckDone& check) {
  for (const auto& each : all_) each->after_check(check);
}

void RunObservers::on_retry(const revisions::Step& step) {
  for (const auto& each : all_) each->on_retry(step);
}

std::string RunObservers::sql_at_commit(const revisions::Step& step, double milliseconds) {
  std::string sql;
  for (const auto& each : all_)
    if (const std::string one = each->sql_at_commit(step, milliseconds); !one.empty()) sql += one + "; ";
  return sql;
}

void RunObservers::after_migration(const revisions::Step& step, double milliseconds, postgres::Connection& connection) {
  for (const auto& each : all_) each->after_migration(step, milliseconds, connection);
}

void RunObservers::on_error(const base::Error& error, const revisions::Step* step) {
  for (const auto& each : all_) each->on_error(error, step);
}

void RunObservers::after_run(const RunSummary& summary, const base::Error* error, postgres::Connection* connection) {
  for (const auto& each : all_) each->after_run(summary, error, connection);
}

}  // namespace migrate
