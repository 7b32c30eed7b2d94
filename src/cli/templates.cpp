// Fresh files, as text.
#include "cli/templates.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace cli {

namespace {

/// A Lua string literal.
std::string lua_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

/// "x" for one, { "x", "y" } for several, nil for none.
std::string lua_list(const std::vector<std::string>& ids) {
  if (ids.empty()) return "nil";
  std::vector<std::string> quoted;
  for (const std::string& id : ids) quoted.push_back(lua_string(id));
  return quoted.size() == 1 ? quoted[0] : "{ " + base::join(quoted, ", ") + " }";
}

std::string lua_migration(const NewRevision& revision) {
  std::string header =
      fmt::format("  revision = {},\n  revises  = {},\n", lua_string(revision.id), lua_list(revision.revises));
  if (!revision.labels.empty()) header += fmt::format("  labels = {},\n", lua_list(revision.labels));
  if (!revision.depends_on.empty()) header += fmt::format("  depends_on = {},\n", lua_list(revision.depends_on));
  return fmt::format(
      "--- {}\n-- Created {}\nlocal m = migration {{\n{}}}\n\nfunction m.upgrade()\nend\n\nfunction "
      "m.downgrade()\nend\n\nreturn m\n",
      base::replace_all(revision.message, "\n", " "), revision.created, header);
}

std::string sql_migration(const NewRevision& revision) {
  std::string text = fmt::format("-- revision: {}\n-- revises: {}\n-- message: {}\n", revision.id,
                                 base::join(revision.revises, ", "), base::replace_all(revision.message, "\n", " "));
  if (!revision.labels.empty()) text += fmt::format("-- labels: {}\n", base::join(revision.labels, ", "));
  if (!revision.depends_on.empty()) text += fmt::format("-- depends_on: {}\n", base::join(revision.depends_on, ", "));
  return text + "\n-- waxwing: up\n\n-- waxwing: down\n";
}

}  // namespace

const std::vector<Template>& all_templates() {
  static const std::vector<Template> templates = {
      {"generic", "migrations in Lua, one database", "lua"},
      {"sql", "migrations in plain SQL, one database", "sql"},
  };
  return templates;
}

const Template* find_template(const std::string& name) {
  for (const Template& each : all_templates())
    if (name == each.name) return &each;
  return nullptr;
}

std::string config_text(const Template& kind) {
  std::string text =
      "-- Settings of this project; `waxwing help config` explains each, `waxwing config` shows what is in force.\n"
      "return {\n"
      "  migrations = \"migrations\",\n"
      "  url        = env(\"DATABASE_URL\"),\n";
  if (std::string(kind.extension) == "sql") text += "  template   = \"migrations/_template.sql\",\n";
  return text +
         "  environments = {\n"
         "    dev = { url = \"private\" }, -- a PostgreSQL of the project's own: waxwing --env dev upgrade head\n"
         "    production = { confirm = \"typed\" },\n"
         "  },\n"
         "}\n";
}

std::string migration_text(const std::string& extension, const NewRevision& revision) {
  return extension == "sql" ? sql_migration(revision) : lua_migration(revision);
}

std::string fill_template(std::string text, const std::string& extension, const NewRevision& revision) {
  const bool sql = extension == "sql";
  const auto list = [&](const std::vector<std::string>& ids) { return sql ? base::join(ids, ", ") : lua_list(ids); };
  text = base::replace_all(text, "${revision}", sql ? revision.id : lua_string(revision.id));
  text = base::replace_all(text, "${revises}", list(revision.revises));
  text = base::replace_all(text, "${labels}", list(revision.labels));
  text = base::replace_all(text, "${depends_on}", list(revision.depends_on));
  text = base::replace_all(text, "${created}", revision.created);
  return base::replace_all(text, "${message}", base::replace_all(revision.message, "\n", " "));
}

}  // namespace cli
