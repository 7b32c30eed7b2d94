// The texts that `init` and `revision` write.
#pragma once
#include <string>
#include <vector>

namespace cli {

/// A kind of project: its waxwing.lua, and the language of its migrations.
struct Template {
  const char* name;
  const char* summary;
  /// "lua" or "sql".
  const char* extension;
};
const std::vector<Template>& all_templates();
const Template* find_template(const std::string& name);

/// waxwing.lua of a fresh project.
std::string config_text(const Template& kind);

struct NewRevision {
  std::string id, message, created;
  std::vector<std::string> revises, labels, depends_on;
};
/// A new migration file. Lua's shape is the house style; SQL's has its header comments and empty sections.
std::string migration_text(const std::string& extension, const NewRevision& revision);
/// Fills ${revision}, ${revises}, ${message}, ${labels}, ${depends_on}, ${created} of a project's own template.
std::string fill_template(std::string text, const std::string& extension, const NewRevision& revision);

}  // namespace cli
