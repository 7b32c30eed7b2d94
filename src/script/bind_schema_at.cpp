// `schema.at("a41f")`: reads the columns that a run has put into the ledger, and lets lua/schema_at.lua answer.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "script/embedded.hpp"
#include "script/json_values.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/schema_past.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

int fail(lua_State* lua) { throw Error(code::bad_argument, luaL_checkstring(lua, 1)); }

/// By the comment that the ledger bears; a database of several projects has several.
std::vector<std::string> ledger_schemas(postgres::Session& session) {
  const postgres::Result rows = session.query(
      "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN "
      "pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass::oid "
      "AND d.objsubid = 0 WHERE c.relname = 'revision' AND pg_catalog.starts_with(d.description, 'waxwing ledger') "
      "ORDER BY 1");
  std::vector<std::string> schemas;
  for (std::size_t i = 0; i < rows.rows(); ++i) schemas.push_back(rows.text(i, 0));
  return schemas;
}

struct Past {
  std::vector<std::string> found, known;
  std::string columns;
};

/// The last record of each position that is `wanted` or begins with it; "a, b" is the position of two heads.
void look(postgres::Session& session, const std::string& ledger, const std::string& wanted, Past& past) {
  const std::string event = postgres::quote_identifier(ledger) + ".event";
  const postgres::Result rows = session.query(fmt::format(
      "SELECT DISTINCT ON (e.revision) e.revision, e.event FROM {} e WHERE e.kind = 'columns' AND e.detail IS NOT NULL "
      "ORDER BY e.revision, e.event DESC",
      event));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::string position = rows.text(i, 0);
    past.known.push_back(position);
    bool fits = false, is_exact = false;
    for (const std::string& part : base::split(position, ',')) {
      const std::string_view id = base::trim(part);
      is_exact = is_exact || id == wanted;
      // "base" is no id that could be shortened.
      fits = fits || is_exact || (id != "base" && id.starts_with(wanted));
    }
    if (!fits) continue;
    const postgres::Result record =
        session.query(fmt::format("SELECT detail FROM {} WHERE event = $1::bigint", event), {{rows.text(i, 1)}});
    // Another session may have deleted it since it was listed.
    if (record.empty()) continue;
    if (is_exact) past.found.clear();
    past.found.push_back(position);
    past.columns = record.text(0, 0);
    if (is_exact) return;
  }
}

}  // namespace

int schema_at(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING || !*lua_tostring(lua, 1))
    throw Error(code::bad_argument, "schema.at takes the id of a revision")
        .advise("schema.at(\"a41f\").has_table(\"t\")");
  const std::string wanted = lua_tostring(lua, 1);
  postgres::Session& session = LuaState::of(lua).session();
  Past past;
  for (const std::string& ledger : ledger_schemas(session)) look(session, ledger, wanted, past);
  if (past.found.size() > 1)
    throw Error(code::unknown_past, fmt::format("\"{}\" fits several revisions", wanted))
        .because(base::join(past.found, "\n"));
  if (past.found.empty())
    throw Error(code::unknown_past, fmt::format("it is not known what the schema was at revision {}", wanted))
        .because(past.known.empty() ? "no run on this database has recorded its columns"
                                    : "runs ended at, and have recorded, " + base::join(past.known, "; "))
        .advise("ask about one of those; or schema.has_column(...) for the schema of now");
  load_embedded(lua, "schema_at.lua");
  push_runtime_host(lua, &guarded<&fail>);
  push_value(lua, from_json(nlohmann::ordered_json::parse(past.columns)));
  // What a name without a schema means is decided by the search_path of now.
  const postgres::Result path = session.query("SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))::text");
  lua_newtable(lua);
  for (std::size_t i = 0; i < path.rows(); ++i) {
    const std::string name = path.text(i, 0);
    lua_pushlstring(lua, name.data(), name.size());
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  lua_pushlstring(lua, past.found[0].data(), past.found[0].size());
  lua_call(lua, 4, 1);
  return 1;
}

}  // namespace script
