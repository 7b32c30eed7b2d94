// The migrations folder: every file's header, read once.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "revisions/revision.hpp"

namespace revisions {

/// Runs a Lua migration whose header is not made of literals; given by the floor that speaks Lua.
using EvaluateHeader = std::function<Revision(const std::string& text, const std::string& path)>;

/// All `*.lua` and `*.sql` migrations of a folder (names that start with "_" or "." are left out), in the order of file
/// names. `shown_as` replaces the folder's path in Revision::path. Throws code::no_migrations when the folder is
/// missing, code::duplicate_revision.
std::vector<Revision> read_folder(const std::string& folder, const std::string& shown_as,
                                  const EvaluateHeader& evaluate);

}  // namespace revisions
