// Runs the script for its statements, reads them with the grammar, and asks the catalogue about what they name.
#include "migrate/impact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migrate/impact_dependents.hpp"
#include "migrate/stand_in_session.hpp"
#include "migrate/step_script.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/read_only.hpp"
#include "postgres/sql_changes.hpp"
#include "postgres/sql_text.hpp"
#include "schema/relation.hpp"

namespace migrate {

using postgres::Effect;
using Kind = postgres::Effect::Kind;

namespace {

/// Reads from the database, keeps what would change it.
class FollowingSession final : public StandInSession {
 public:
  explicit FollowingSession(postgres::Session& real) : real_(real) {}
  std::vector<std::string> statements;

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    postgres::Result last;
    for (const postgres::Statement& statement : postgres::split_statements(sql)) {
      if (postgres::classify(statement.text).kind != postgres::StatementKind::query) {
        statements.emplace_back(statement.text);
        continue;
      }
      statements.emplace_back(statement.text);
      last = real_.query(statement.text, parameters);
    }
    return last;
  }
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override { return real_.describe(sql); }
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override {
    return real_.copy_out(sql, take);
  }
  postgres::Result run_batches(postgres::BatchedWork& work) override {
    work.follow(*this);
    return {};
  }
  int server_version() const override { return real_.server_version(); }

 private:
  postgres::Session& real_;
};

std::string shown_name(const Effect& effect) {
  return effect.schema.empty() || effect.schema == "public" ? effect.table : effect.schema + "." + effect.table;
}

void add(std::vector<std::string>& list, const std::string& text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

/// On one line.
std::string beginning_of(const std::string& statement) {
  constexpr std::size_t most = 70;
  std::string line;
  for (const char c : statement)
    if (!std::isspace(static_cast<unsigned char>(c)))
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  return line.size() <= most ? line : line.substr(0, most) + "...";
}

TouchedTable& table_of(Impact& impact, const Effect& effect) {
  const std::string name = shown_name(effect);
  for (TouchedTable& each : impact.tables)
    if (each.name == name) return each;
  TouchedTable& fresh = impact.tables.emplace_back();
  fresh.name = name;
  return fresh;
}

void note(Impact& impact, const Effect& effect) {
  if (effect.table.empty()) return;
  switch (effect.kind) {
    case Kind::reads: add(impact.read_tables, shown_name(effect)); return;
    case Kind::drops_index:
    case Kind::drops_other: add(impact.dropped_others, effect.what + " " + shown_name(effect)); return;
    default: break;
  }
  TouchedTable& table = table_of(impact, effect);
  switch (effect.kind) {
    case Kind::creates_table: table.is_created = true; break;
    case Kind::drops_table: table.is_dropped = true; break;
    case Kind::renames_table: table.renamed_to = effect.new_name; break;
    case Kind::adds_column: add(table.added_columns, effect.column); break;
    case Kind::drops_column: add(table.dropped_columns, effect.column); break;
    case Kind::renames_column: table.renamed_columns.emplace_back(effect.column, effect.new_name); break;
    case Kind::retypes_column:
      add(table.retyped_columns, effect.column);
      table.is_rewritten = true;
      break;
    case Kind::writes: table.is_written = true; break;
    default: break;
  }
}

bool endangers(const TouchedTable& table) {
  return table.is_dropped || !table.renamed_to.empty() || !table.dropped_columns.empty() ||
         !table.retyped_columns.empty() || !table.renamed_columns.empty();
}

void look_at_table(postgres::Session& session, const std::vector<schema::Relation>& there, TouchedTable& table) {
  const auto found = std::find_if(there.begin(), there.end(), [&](const schema::Relation& each) {
    return each.shown == table.name || each.name == table.name || each.schema + "." + each.name == table.name;
  });
  if (found == there.end()) return;
  table.exists = true;
  const postgres::Result counted = session.query(fmt::format(
      "SELECT pg_catalog.count(*), pg_catalog.pg_total_relation_size({}::oid) FROM {}", found->oid, found->shown));
  table.rows = counted.integer(0, 0);
  table.bytes = counted.integer(0, 1);
  if (endangers(table)) read_dependents(session, *found, table);
}

void read_statistics(script::Migration& migration, postgres::Session& session, Impact& impact) {
  const std::vector<script::CheckInfo> checks = migration.preflight();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (checks[i].kind != "statistics") continue;
    session.query("SAVEPOINT statistics");
    try {
      for (const std::string& line : migration.run_preflight(i, session).lines) impact.statistics.push_back(line);
    } catch (const base::Error&) {
      // Counts of tables that an earlier revision makes, or this one has dropped.
      session.query("ROLLBACK TO SAVEPOINT statistics");
    }
  }
}

}  // namespace

Impact find_impact(const Project& project, const revisions::Revision& revision, postgres::Session& session) {
  Impact impact;
  impact.revision = revision.id;
  impact.message = revision.message;
  impact.irreversible = revision.irreversible;
  const std::unique_ptr<script::Migration> migration = project.open(revision);
  const postgres::ReadOnlyTransaction transaction(session);
  read_statistics(*migration, session, impact);
  FollowingSession following(session);
  session.query("SAVEPOINT script");
  try {
    run_script(*migration, revisions::Direction::up, following);
  } catch (const base::Error& error) {
    if (error.code().exit == base::Exit::interrupted || error.code().exit == base::Exit::terminated) throw;
    session.query("ROLLBACK TO SAVEPOINT script");
    impact.stopped = fmt::format("{}{}", error.places().empty() ? "" : error.places().front() + ": ", error.what());
  }
  impact.statements = following.statements.size();
  for (const std::string& statement : following.statements) {
    for (const Effect& effect : postgres::effects_of(statement)) note(impact, effect);
    if (postgres::classify(statement).kind != postgres::StatementKind::query && !postgres::changed_tables(statement))
      add(impact.unread, beginning_of(statement));
  }
  std::erase_if(impact.read_tables, [&](const std::string& name) {
    return name.starts_with("pg_catalog.") || name.starts_with("pg_") || name.starts_with("information_schema.") ||
           std::any_of(impact.tables.begin(), impact.tables.end(),
                       [&](const TouchedTable& each) { return each.name == name; });
  });
  const std::vector<schema::Relation> there = schema::all_tables(session);
  for (TouchedTable& each : impact.tables) look_at_table(session, there, each);
  return impact;
}

std::vector<std::string> change_words(const TouchedTable& table) {
  std::vector<std::string> lines;
  const auto list = [&](const char* what, const std::vector<std::string>& names) {
    if (!names.empty()) lines.push_back(std::string(what) + " " + base::join(names, ", "));
  };
  if (table.is_dropped) lines.emplace_back("DROPPED");
  if (table.is_created) lines.emplace_back("created");
  if (!table.renamed_to.empty()) lines.push_back("renamed to " + table.renamed_to);
  list("drops", table.dropped_columns);
  list("adds", table.added_columns);
  for (const auto& [from, to] : table.renamed_columns) lines.push_back(fmt::format("renames {} to {}", from, to));
  list("changes the type of", table.retyped_columns);
  if (table.is_rewritten) lines.emplace_back("may be rewritten as a whole");
  if (table.is_written) lines.emplace_back("rows are written");
  if (lines.empty()) lines.emplace_back("altered");
  return lines;
}

std::string model_name(const std::string& table) {
  std::string name, word;
  const std::string plain = table.substr(table.rfind('.') + 1);
  std::vector<std::string> words = base::split(plain, '_');
  std::string& last = words.back();
  if (last.ends_with("ies") && last.size() > 4)
    last.replace(last.size() - 3, 3, "y");
  else if (last.ends_with("sses") || last.ends_with("xes") || last.ends_with("ches") || last.ends_with("shes"))
    last.erase(last.size() - 2);
  else if (last.ends_with("s") && !last.ends_with("ss") && !last.ends_with("us"))
    last.pop_back();
  for (const std::string& each : words)
    if (!each.empty()) name += base::upper(each.substr(0, 1)) + each.substr(1);
  return name;
}

std::vector<std::string> names_in_source(const Impact& impact) {
  std::vector<std::string> names;
  for (const TouchedTable& table : impact.tables) {
    if (table.is_dropped || !table.renamed_to.empty()) {
      add(names, table.name.substr(table.name.rfind('.') + 1));
      const std::string model = model_name(table.name);
      for (const char* suffix : {"", "Base", "Create", "Update", "Public", "Read"}) add(names, model + suffix);
    }
    for (const std::string& column : table.dropped_columns) add(names, column);
    for (const auto& [from, to] : table.renamed_columns) add(names, from);
  }
  return names;
}

}  // namespace migrate
