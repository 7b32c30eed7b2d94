// What can be typed next at the prompt: names of the database, of Lua, and the prompt's own commands.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/prompt/line_editor.hpp"
#include "postgres/session.hpp"

namespace cli {

/// Tables and their columns, by name; those of other schemas as "billing.invoices".
using TableNames = std::map<std::string, std::vector<std::string>>;
/// One round trip.
TableNames read_table_names(postgres::Session& session);

/// What begins with a backslash: "\\d", "\\timing" ...
const std::vector<std::string>& prompt_commands();

/// `lua_names` answers for a table of Lua ("db"), or for the globals ("").
Completions complete(const std::string& before, const TableNames& tables,
                     const std::function<std::vector<std::string>(const std::string&)>& lua_names);

}  // namespace cli
