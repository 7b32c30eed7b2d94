// A script that is no migration: run by hand, with options that it declares.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "script/migration.hpp"

namespace script {

/// `options = { tenant = { "Tenant id", type = "uuid", required = true, default = ..., secret = true } }`
struct ScriptOption {
  /// "dry_run"; on the command line --dry-run.
  std::string name, doc;
  /// Any type of PostgreSQL, as SQL writes it.
  std::string type = "text";
  bool is_required = false, is_secret = false;
  std::optional<std::string> fallback;
  /// Of the file; 0 when it was not found.
  int line = 0;

  /// "--dry-run".
  std::string flag() const;
  bool is_boolean() const { return type == "boolean" || type == "bool"; }
};

/// What `script { ... }` says; a file without it has a path only.
struct ScriptInfo {
  /// As messages show it.
  std::string path;
  std::string name, about;
  /// Must be applied; empty for any.
  std::string needs_revision;
  bool writes = false;
  bool is_declared = false;
  /// In the order of the file.
  std::vector<ScriptOption> options = {};
};

class ScriptFile {
 public:
  virtual ~ScriptFile() = default;
  virtual const ScriptInfo& info() const = 0;
  virtual const std::string& source() const = 0;
  /// Calls s.run(options, words), where options is the one row of `options`: a column for each; or, without a
  /// declaration, the file itself, which finds the words in `arg`. Returns what that returned. `watcher` may be null.
  virtual base::Value run(postgres::Session& session, Watcher* watcher, const postgres::Result& options,
                          const std::vector<std::string>& words) = 0;
};

/// Reads a script; of one that declares itself everything but s.run is run. Throws code::bad_script,
/// code::script_syntax.
std::unique_ptr<ScriptFile> open_script(std::string source, const std::string& shown_as,
                                        const Surroundings& surroundings);

}  // namespace script
