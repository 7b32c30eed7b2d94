// A session that reads and notes, and the closure over foreign keys.
#include "migrate/touched.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/stand_in_session.hpp"
#include "migrate/step_script.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_changes.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

namespace {

/// Answers questions from a database and changes nothing in it.
class NotingSession final : public StandInSession {
 public:
  NotingSession(postgres::Connection& reader, Touched& touched) : reader_(reader), touched_(touched) {}

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    bool only_asks = true;
    for (const postgres::Statement& statement : postgres::split_statements(sql)) {
      const postgres::StatementKind kind = postgres::classify(statement.text).kind;
      only_asks = only_asks && kind == postgres::StatementKind::query;
      if (kind == postgres::StatementKind::data || kind == postgres::StatementKind::definition) note(statement.text);
    }
    return only_asks ? reader_.query(sql, parameters) : postgres::Result();
  }
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override { return reader_.describe(sql); }
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override {
    return reader_.copy_out(sql, take);
  }
  int server_version() const override { return reader_.server_version(); }

 private:
  void note(std::string_view statement) {
    const auto changes = postgres::changed_tables(statement);
    if (!changes) {
      touched_.unknown = "the text does not tell what it changes: " + std::string(statement.substr(0, 60));
      return;
    }
    for (const postgres::ChangedTable& change : *changes) {
      const postgres::Result found =
          change.name.empty()
              ? reader_.query(
                    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
                    "n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')",
                    {{change.schema}})
              : reader_.query(
                    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
                    "n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', "
                    "'p') AND c.relpersistence <> 't'",
                    {{postgres::quote_qualified(change.schema, change.name)}});
      // A table that is not there yet is made by the migration itself, and has nothing to lose.
      for (std::size_t i = 0; i < found.rows(); ++i) {
        touched_.tables.emplace_back(found.text(i, 0), found.text(i, 1));
        const std::string loss = change.change + " " + postgres::format_identifier(found.text(i, 1));
        if (change.loses_data &&
            std::find(touched_.losses.begin(), touched_.losses.end(), loss) == touched_.losses.end())
          touched_.losses.push_back(loss);
      }
    }
  }

  postgres::Connection& reader_;
  Touched& touched_;
};

void make_unique(std::vector<std::pair<std::string, std::string>>& tables) {
  std::sort(tables.begin(), tables.end());
  tables.erase(std::unique(tables.begin(), tables.end()), tables.end());
}

}  // namespace

Touched touched_by(const Project& project, postgres::Connection& connection, const revisions::Step& step) {
  Touched touched;
  script::Surroundings surroundings = project.surroundings();
  // What the script says is said when it runs.
  surroundings.console = nullptr;
  NotingSession session(connection, touched);
  try {
    const auto migration =
        script::open_migration(project.absolute(step.revision->path), step.revision->path, surroundings);
    run_script(*migration, step.direction, session);
  } catch (const base::Error& error) {
    base::throw_if_interrupted();
    touched.unknown = error.cause().empty() ? error.what() : error.cause();
  }
  make_unique(touched.tables);
  return touched;
}

std::vector<std::pair<std::string, std::string>> with_foreign_keys(
    postgres::Session& session, std::vector<std::pair<std::string, std::string>> tables) {
  for (std::size_t known = 0; known != tables.size();) {
    known = tables.size();
    std::vector<std::string> names;
    for (const auto& [schema, name] : tables)
      names.push_back(postgres::quote_literal(postgres::quote_qualified(schema, name)));
    const postgres::Result found = session.query(fmt::format(
        "WITH own AS (SELECT pg_catalog.to_regclass(name)::pg_catalog.oid AS oid FROM "
        "pg_catalog.unnest(ARRAY[{}]::text[]) "
        "name) SELECT n.nspname, c.relname FROM (SELECT confrelid AS oid FROM pg_catalog.pg_constraint JOIN own ON "
        "own.oid = conrelid WHERE contype = 'f' UNION SELECT conrelid FROM pg_catalog.pg_constraint JOIN own ON "
        "own.oid "
        "= confrelid WHERE contype = 'f' UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN own ON own.oid = "
        "inhparent) tied JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace",
        base::join(names, ", ")));
    for (std::size_t i = 0; i < found.rows(); ++i) tables.emplace_back(found.text(i, 0), found.text(i, 1));
    make_unique(tables);
  }
  return tables;
}

}  // namespace migrate
