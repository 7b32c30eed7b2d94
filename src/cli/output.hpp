// How revisions and runs are shown, as lines and as JSON; shared by the commands.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "base/console.hpp"
#include "migrate/runner.hpp"
#include "revisions/graph.hpp"
#include "revisions/target.hpp"

namespace cli {

/// {"revision","revises":[],"depends_on":[],"labels":[],"message","path","head":bool,"irreversible":reason|null}
nlohmann::ordered_json revision_json(const revisions::Graph& graph, const revisions::Revision& revision);
/// {"schema_version":1}, to be added to.
nlohmann::ordered_json document();
/// {"revision","direction":"up"|"down","message","path","irreversible":reason|null,"transaction":bool}
nlohmann::ordered_json step_json(const revisions::Step& step);

/// Alembic's one-line form: "ae10 -> 27c6 (label) (head), add a column".
std::string history_line(const revisions::Graph& graph, const revisions::Revision& revision, bool is_current = false);
/// Alembic's verbose form, several lines.
std::string verbose_text(const revisions::Graph& graph, const revisions::Revision& revision, bool is_current = false);
/// "72e10c4c221a (head)", with labels.
std::string short_line(const revisions::Graph& graph, const revisions::Revision& revision);

/// The block CRITICAL WARNINGS of each step up whose header has such flags, before anything runs.
void print_critical_warnings(base::Console& console, const std::vector<revisions::Step>& steps);

/// The end of an upgrade or downgrade: "1294713df196 -> 72e10c4c221a, 1 revision, 1.4 s".
void print_summary(base::Console& console, const char* command, const std::vector<revisions::Step>& steps,
                   const migrate::RunSummary& summary);
/// Nothing had to be done.
void print_nothing_to_do(base::Console& console, const char* command, const std::string& position);

/// Asks on the terminal for the database's name, or takes --yes=NAME. Throws code::needs_confirmation otherwise.
void confirm_by_name(base::Console& console, const std::string& name, const std::string& given,
                     const std::string& what_happens);

}  // namespace cli
