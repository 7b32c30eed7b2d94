// Reads the header of a migration file without running it, so that ten thousand files are quick.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "revisions/revision.hpp"

namespace revisions {

/// Lua: the literal table of `migration { ... }`, the message from the first `---` line (or `message =`), and
/// `irreversible("...")` as downgrade. Nothing when the table is not made of literals: the caller then runs the file.
/// Throws code::bad_header with path and line.
std::optional<Revision> parse_lua_header(std::string_view text, const std::string& path);
/// SQL: `-- revision: X`, `-- revises: Y[, Z]`, `-- message:`, `-- labels:`, `-- depends_on:`, `-- transaction: none`,
/// then the sections.
Revision parse_sql_header(std::string_view text, const std::string& path);

/// Keys of the author's own are metadata. Throws code::bad_header for one that looks like a key of ours: a migration
/// with `down_revision` would be a base. `where` is path and line.
void refuse_misspelt_key(std::string_view key, const std::string& where);

/// The sections of an SQL migration, with the line each starts at, for errors.
struct SqlSections {
  std::string_view up, down;
  int up_line = 1, down_line = 1;
  bool has_down = false;
  std::optional<std::string> irreversible;
};
SqlSections parse_sql_sections(std::string_view text, const std::string& path);

/// The lines such as `-- lock_timeout_ms: 500` of an SQL header: settings of this migration alone, with numbers where
/// they are numbers; and what describes it: title, story, author, date, description, tickets, and its flags.
base::Value sql_header_settings(std::string_view text);

}  // namespace revisions
