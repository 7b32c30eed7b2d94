// A migration written in plain SQL, and the choice between the two languages.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_grammar.hpp"
#include "postgres/sql_text.hpp"
#include "revisions/header.hpp"
#include "script/guarded_session.hpp"
#include "script/lua_migration.hpp"
#include "script/migration.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// For an error message.
std::string quoted_line(std::string_view statement) {
  base::register_secrets_in(statement);
  return std::string(base::trim(statement.substr(0, statement.find('\n'))));
}

class SqlMigration final : public Migration {
 public:
  SqlMigration(std::string source, const std::string& shown_as, Watcher* watcher)
      : source_(std::move(source)),
        header_(revisions::parse_sql_header(source_, shown_as)),
        sections_(revisions::parse_sql_sections(source_, shown_as)),
        metadata_(revisions::sql_header_settings(source_)),
        watcher_(watcher) {
    header_.irreversible = sections_.irreversible;
  }

  const revisions::Revision& header() const override { return header_; }
  const std::string& checksum() const override {
    if (checksum_.empty()) checksum_ = base::sha256_hex(base::normal_form(source_));
    return checksum_;
  }
  const std::string& source() const override { return source_; }
  std::vector<CheckInfo> preflight() const override { return {}; }
  std::vector<CheckInfo> verify() const override { return {}; }
  CheckOutcome run_preflight(std::size_t, postgres::Session&) override {
    throw Error(code::bug, "an SQL migration has no checks");
  }
  CheckOutcome run_verify(std::size_t, postgres::Session&) override {
    throw Error(code::bug, "an SQL migration has no checks");
  }
  bool has_downgrade() const override { return sections_.has_down; }
  void upgrade(postgres::Session& session) override { run(sections_.up, sections_.up_line, "up", session); }
  void downgrade(postgres::Session& session) override { run(sections_.down, sections_.down_line, "down", session); }
  const base::Value& metadata() const override { return metadata_; }

 public:
  /// See script::check_syntax.
  void check(bool up, int server_version) const {
    if (up)
      check_section(sections_.up, sections_.up_line, "up", server_version);
    else
      check_section(sections_.down, sections_.down_line, "down", server_version);
  }

 private:
  void run(std::string_view section, int first_line, const char* name, postgres::Session& session) {
    for (const postgres::Statement& statement : split(section, first_line, name)) {
      const int line = first_line + statement.line - 1;
      refuse_what_breaks_the_step(statement, line, name);
      execute(statement, line, name, session);
    }
  }

  void check_section(std::string_view section, int first_line, const char* name, int server_version) const {
    for (const postgres::Statement& statement : split(section, first_line, name)) {
      const int line = first_line + statement.line - 1;
      refuse_what_breaks_the_step(statement, line, name);
      if (server_version >= postgres::grammar_version() + 10000) continue;
      if (const auto error = postgres::syntax_error(statement.text))
        throw Error(code::script_syntax, error->message)
            .at(place(line_of(statement, line, error->position), name))
            .because(quoted_line(statement.text));
    }
  }

  void refuse_what_breaks_the_step(const postgres::Statement& statement, int line, const char* name) const {
    const postgres::StatementClass kind = postgres::classify(statement.text);
    if (kind.breaks_transaction)
      throw Error(
          code::transaction_in_script,
          fmt::format("a migration cannot say {}", statement.text.substr(0, statement.text.find_first_of(" \n;"))))
          .at(place(line, name))
          .because("the change and its ledger row commit together")
          .advise(header_.transactional
                      ? "remove the statement"
                      : "remove the statement; with -- transaction: none each statement commits by itself");
    if (kind.needs_no_transaction && header_.transactional)
      throw Error(code::needs_no_transaction, "this statement cannot run in a transaction")
          .at(place(line, name))
          .because(quoted_line(statement.text))
          .advise("add the header line -- transaction: none and give the statement a migration of its own");
  }

  /// The line of a position (in characters from 1) inside a long statement.
  static int line_of(const postgres::Statement& statement, int first_line, int position) {
    const std::string_view before = statement.text.substr(0, position > 0 ? static_cast<std::size_t>(position - 1) : 0);
    return first_line + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  }

  std::vector<postgres::Statement> split(std::string_view section, int first_line, const char* name) const {
    try {
      return postgres::split_statements(section);
    } catch (Error& error) {
      // The splitter counts from the section's start; the reader's editor from the file's.
      std::string what = error.what();
      int line = 1;
      if (std::sscanf(what.c_str(), "line %d: ", &line) == 1) error.headline(what.substr(what.find(": ") + 2));
      error.at(place(first_line + line - 1, name));
      throw;
    }
  }

  void execute(const postgres::Statement& statement, int line, const char* name, postgres::Session& session) const {
    try {
      if (session.is_live())
        query_watched(session, watcher_, statement.text, {}, [&] { return fmt::format("{}:{}", header_.path, line); });
      else
        session.execute(statement.text);
    } catch (postgres::SqlError& error) {
      error.at(place(line_of(statement, line, error.diagnostics().position), name));
      throw;
    } catch (Error& error) {
      error.at(place(line, name));
      throw;
    }
  }

  std::string place(int line, const char* section) const {
    return fmt::format("{}:{} in {}", header_.path, line, section);
  }

  std::string source_;
  mutable std::string checksum_;
  revisions::Revision header_;
  revisions::SqlSections sections_;
  base::Value metadata_;
  Watcher* watcher_;
};

}  // namespace

std::unique_ptr<Migration> open_migration(const std::string& path, const std::string& shown_as,
                                          const Surroundings& surroundings) {
  std::string source = base::read_text_file(path, shown_as);
  if (path.ends_with(".sql")) return std::make_unique<SqlMigration>(std::move(source), shown_as, surroundings.watcher);
  return open_lua_migration(std::move(source), shown_as, surroundings);
}

void check_syntax(const std::string& path, const std::string& shown_as, bool up, int server_version) {
  std::string source = base::read_text_file(path, shown_as);
  if (path.ends_with(".sql"))
    SqlMigration(std::move(source), shown_as, nullptr).check(up, server_version);
  else
    check_lua_syntax(source, shown_as);
}

}  // namespace script
