// The operation op.execute: its keys, its SQL and what undoes it.
#include "base/error.hpp"
#include "operations/data_operations.hpp"
#include "operations/parameters.hpp"
#include "operations/sql.hpp"
#include "postgres/sql_text.hpp"

namespace operations {

namespace {

/// "seed.sql:12", or "line 12 of the SQL" where there is no file.
std::string line_of(const std::string& file, const postgres::Statement& statement) {
  return file.empty() ? fmt::format("line {} of the SQL", statement.line) : fmt::format("{}:{}", file, statement.line);
}

void check(const postgres::Statement& statement, const postgres::Session& session, const std::string& file) {
  const postgres::StatementClass what = postgres::classify(statement.text);
  const std::string where = line_of(file, statement);
  const std::string start(statement.text.substr(0, statement.text.find_first_of("\n;")));
  if (what.breaks_transaction)
    throw base::Error(base::code::transaction_in_script, fmt::format("`{}` would end or begin a transaction", start))
        .at(where)
        .advise("remove it: waxwing commits the step; for a part that may fail use db.savepoint");
  if (what.needs_no_transaction && session.is_live() &&
      session.transaction_status() != postgres::TransactionStatus::idle)
    throw base::Error(base::code::needs_no_transaction,
                      fmt::format("PostgreSQL cannot run `{}` inside a transaction", start))
        .at(where)
        .advise(
            "db.autocommit(function() ... end) around it commits what came before; or put transaction = \"none\" in "
            "the migration's header");
}

void run(const Execute& op, postgres::Session& session) {
  if (op.params.empty()) return execute_script(session, op.sql, "");
  const std::vector<postgres::Statement> statements = postgres::split_statements(op.sql);
  if (statements.size() != 1)
    throw base::Error(base::code::bad_argument,
                      fmt::format("params go with one statement, and the SQL has {}", statements.size()))
        .advise("call op.execute once for each statement");
  for (const postgres::Statement& statement : statements) check(statement, session, "");
  session.execute(query_text(op.sql), parameters_of(op.params));
}

/// The beginning on one line, for messages.
std::string beginning(const std::string& sql) {
  std::string text = query_text(base::replace_all(sql, "\n", " "));
  while (text.find("  ") != std::string::npos) text = base::replace_all(text, "  ", " ");
  if (text.size() <= 60) return text;
  std::size_t end = 57;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

void execute_script(postgres::Session& session, std::string_view sql, const std::string& file) {
  const std::vector<postgres::Statement> statements = postgres::split_statements(sql);
  for (const postgres::Statement& statement : statements) check(statement, session, file);
  for (const postgres::Statement& statement : statements) {
    try {
      session.execute(statement.text);
    } catch (base::Error& error) {
      if (statements.size() > 1 || !file.empty()) error.at(line_of(file, statement));
      throw;
    }
  }
}

const Definition<Execute>& Execute::definition() {
  using Self = Execute;
  static const auto execute =
      operation<Self>("execute", "Runs SQL; one statement where it has parameters, any number otherwise.")
          .required("sql", &Self::sql, "The SQL.")
          .optional("params", &Self::params, "Values for $1, $2 ...; lists become arrays, tables JSON, db.null NULL.")
          .text_is("sql")
          .example(R"(op.execute { sql = "update orders set status = $1 where status is null", params = { "draft" } })")
          .describe([](const Self& op) { return fmt::format("execute `{}`", beginning(op.sql)); })
          .sql([](const Self& op) { return record([&op](postgres::Session& session) { run(op, session); }); })
          .run([](const Self& op, postgres::Session& session, Notes&) { run(op, session); });
  return execute;
}

}  // namespace operations
