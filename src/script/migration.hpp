// A migration that can be run: a Lua script in a state of its own, or a plain SQL file. Everything above sees only
// this.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/console.hpp"
#include "base/value.hpp"
#include "operations/operation.hpp"
#include "postgres/session.hpp"
#include "revisions/revision.hpp"
#include "script/watcher.hpp"

namespace script {

class Plugin;

/// What a script may reach of the world around it.
struct Surroundings {
  base::Console* console = nullptr;
  /// `-x key=value` of the command line: `env.x.key` in scripts.
  std::map<std::string, std::string> x_arguments;
  /// Values that `env("NAME")` may read: the environment and .env.
  std::function<std::optional<std::string>(const std::string&)> environment;
  /// Folders that `require` searches, absolute.
  std::vector<std::string> module_folders;
  /// Folder that execute_file and op.execute_file paths are relative to: the project.
  std::string project_folder;
  std::size_t memory_limit_mb = 512;
  bool jit = false;
  /// The script is run to find out its SQL, and must do nothing else, although its session can answer questions.
  bool only_for_sql = false;
  /// May be null.
  Watcher* watcher = nullptr;
  /// What the script may use beyond the database: "http", "shell", "files"; and how to allow more, for the error.
  std::vector<std::string> allowed;
  std::string how_to_allow;
  /// Plugins whose operations and checks the script can use, loaded on first use; may be empty.
  std::function<const std::vector<Plugin*>&()> plugins;
};

/// What a check found. `text` is the line after the mark: the `ok` text or the `failed` text with its values filled in.
struct CheckOutcome {
  bool passed = false;
  /// It could not be tried; `text` says why.
  bool skipped = false;
  std::string text;
  /// Offending rows, at most five, already as text; and lines such as "  - 15 books (table will be DROPPED)".
  std::vector<std::string> lines;
  /// Stated with the failure: the query, and what to do.
  std::string advice;
  base::Value data;
};

/// A check as declared in m.preflight or m.verify.
struct CheckInfo {
  std::string kind;
  /// "Checking for books with NULL dream_storage_id", without the dots.
  std::string doing;
  int line = 0;
  /// Kind, table and columns, "unique users (tenant_id, email)", where it has them: an automatic check of the same is
  /// left out.
  std::string subject{};
};

class Migration {
 public:
  virtual ~Migration() = default;
  virtual const revisions::Revision& header() const = 0;
  /// SHA-256 of the normal form of the file; and the text itself, for the ledger.
  virtual const std::string& checksum() const = 0;
  virtual const std::string& source() const = 0;

  virtual std::vector<CheckInfo> preflight() const = 0;
  virtual std::vector<CheckInfo> verify() const = 0;
  virtual CheckOutcome run_preflight(std::size_t index, postgres::Session& session) = 0;
  virtual CheckOutcome run_verify(std::size_t index, postgres::Session& session) = 0;

  virtual bool has_downgrade() const = 0;
  virtual void upgrade(postgres::Session& session) = 0;
  virtual void downgrade(postgres::Session& session) = 0;
  /// Metadata of the header table that is not part of Revision: title, story, author, date, breaking, ... (R000-01).
  virtual const base::Value& metadata() const = 0;
  /// m.guide: what the author says to the people around the migration, for reports; nil without one.
  virtual const base::Value& guide() const {
    static const base::Value none;
    return none;
  }
};

/// Opens a migration by its format. Syntax errors and a header that is not one throw here. `path` is absolute,
/// `shown_as` appears in messages.
std::unique_ptr<Migration> open_migration(const std::string& path, const std::string& shown_as,
                                          const Surroundings& surroundings);

/// Reads a migration without running it: compiles a Lua file; splits the `up` or `down` section of an SQL file, refuses
/// what a step may not say and, when the server of `server_version` is not newer than the grammar at hand, reports its
/// syntax errors. Throws what running it would throw.
void check_syntax(const std::string& path, const std::string& shown_as, bool up, int server_version);

/// For revisions::read_folder: runs a Lua file only to get its header.
revisions::Revision evaluate_header(const std::string& text, const std::string& path, const Surroundings& surroundings);

/// Evaluates waxwing.lua in a sandbox that has env() and the safe library only, and returns its table. Functions are
/// not kept. Throws code::bad_config or code::script_syntax with file and line.
base::Value evaluate_config(const std::string& text, const std::string& path, const Surroundings& surroundings);

/// Runs a check of the library outside of a migration; `arguments` is its table.
CheckOutcome run_check(const std::string& name, const base::Value& arguments, postgres::Session& session);

/// Name, summary and keys of each check, for `waxwing help check NAME` and the reference.
struct CheckType {
  std::string name, summary;
  std::vector<operations::FieldInfo> fields;
};
std::vector<CheckType> all_checks();

}  // namespace script
