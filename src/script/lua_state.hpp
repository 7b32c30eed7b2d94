// One Lua state for one script: memory cap, sticky cancel, sandboxed globals, and the one boundary between C++ and Lua
// errors.
#pragma once
#include <exception>
#include <lua.hpp>
#include <memory>
#include <string>
#include <vector>

#include "operations/operation.hpp"
#include "postgres/session.hpp"
#include "script/guarded_session.hpp"
#include "script/lua_memory.hpp"
#include "script/lua_rows.hpp"
#include "script/migration.hpp"

namespace script {

class LuaState {
 public:
  explicit LuaState(const Surroundings& surroundings);
  LuaState(const LuaState&) = delete;
  LuaState& operator=(const LuaState&) = delete;

  /// The state that a binding was called in.
  static LuaState& of(lua_State* lua);

  /// Runs `work(lua)` on an empty stack where Lua may raise errors, which is the only way in: Lua and C++ errors come
  /// out as base::Error with file and line. `phase` is said in the place: "migrations/x.lua:14 in upgrade".
  template <class Work>
  void protect(const std::string& phase, Work work) {
    run_protected(phase, {[](lua_State* lua, void* context) { (*static_cast<Work*>(context))(lua); }, &work});
  }
  /// Inside of protect(): compiles text (never bytecode) and leaves the function on the stack. Throws
  /// code::script_syntax with file and line.
  void load(lua_State* lua, const std::string& text, const std::string& shown_as);

  const Surroundings& surroundings() const { return surroundings_; }
  /// The session that db, schema and op work on. Throws code::script_error outside of upgrade, downgrade and checks.
  postgres::Session& session();
  /// What session() guards, for a state that guards and tells for itself.
  postgres::Session& unguarded_session();
  /// Is the script read for its SQL only, with no database behind its session?
  bool is_recording() const { return surroundings_.only_for_sql || (session_ && !session_->is_live()); }
  /// Sets the session for the lifetime of a call; scripts get it guarded. `watcher` takes the place of the state's own.
  class WithSession {
   public:
    WithSession(LuaState& state, postgres::Session& session, Watcher* watcher = nullptr);
    ~WithSession();
    WithSession(const WithSession&) = delete;
    WithSession& operator=(const WithSession&) = delete;

   private:
    LuaState& state_;
    Watcher* const watcher_before_;
    GuardedSession* const session_before_;
    GuardedSession guarded_;
  };
  Watcher& watcher();
  /// "http", "shell", "files": what the script may use.
  const std::vector<std::string>& allowed() const { return allowed_; }
  void allow(std::vector<std::string> capabilities) { allowed_ = std::move(capabilities); }
  /// Does print() speak to stdout, as in a command, rather than to the log?
  bool prints_results() const { return prints_results_; }
  void print_results(bool yes) { prints_results_ = yes; }
  /// Outermost first.
  std::vector<std::string>& modules_being_loaded() { return modules_being_loaded_; }
  /// Rows that scripts are at.
  RowTurns& row_turns() { return row_turns_; }
  /// Outlives the coroutines.
  lua_State* main_thread() const { return lua_; }
  /// The file whose lines are named when an error has no better place.
  const std::string& script_name() const { return script_name_; }

 private:
  static void on_count(lua_State* lua, lua_Debug* where);
  struct Task {
    void (*run)(lua_State*, void*);
    void* context;
  };
  static int run_task(lua_State* lua);
  void run_protected(const std::string& phase, Task task);
  [[noreturn]] void rethrow(int status, const std::string& phase);

  const Surroundings surroundings_;
  LuaMemory memory_;
  RowTurns row_turns_;
  std::unique_ptr<lua_State, decltype(&lua_close)> owner_;
  lua_State* lua_;
  GuardedSession* session_ = nullptr;
  Watcher* watcher_;
  std::vector<std::string> allowed_;
  bool prints_results_ = false;
  std::string script_name_;
  std::vector<std::string> modules_being_loaded_;
};

/// Compiles text (never bytecode) and leaves the function on the stack of any state. Throws code::script_syntax with
/// file and line.
void load_text(lua_State* lua, std::string_view text, const std::string& shown_as);

/// Has Lua called C and C called Lua so often that the C stack may run out? LuaJIT itself does not look.
bool c_stack_is_deep();
/// Is an error on its way that scripts cannot catch: a cancel, a C stack that is too deep, no memory?
bool must_not_be_caught();

/// Makes a C++ function callable from Lua: exceptions become Lua errors that keep the original, with the caller's file
/// and line.
using Binding = int (*)(lua_State*);
int call_guarded(lua_State* lua, Binding binding);
template <Binding binding>
int guarded(lua_State* lua) {
  return call_guarded(lua, binding);
}

/// Pushes an error value that holds the exception; `err.message`, `err.sqlstate`, `err.constraint` and so on can be
/// read from Lua.
void push_exception(lua_State* lua, std::exception_ptr exception);
void register_error_type(lua_State* lua);
/// Takes the error that a protected call left on the stack and throws it: a C++ exception as it was, anything else as
/// code::script_error with its file and line.
[[noreturn]] void rethrow_lua_error(lua_State* lua, int status);

/// Throws code::not_allowed unless the script has the capability: "http", "shell", "files".
void require_capability(lua_State* lua, const char* capability);

/// The plugins whose checks and operations the script can use.
const std::vector<Plugin*>& plugins_of(const LuaState& state);

/// The table behind what scripts see as globals.
void push_real_globals(lua_State* lua);
/// Replaces the table on top of the stack by a read-only view of it, called `name` in errors.
void replace_by_view(lua_State* lua, const char* name, lua_CFunction call = nullptr);

/// "migrations/x.lua:14" of the innermost project function on the stack; empty when there is none.
std::string caller_place(lua_State* lua);

// Each makes one part of what scripts see; the list of them is in globals.cpp.
void open_globals(lua_State* lua);
void open_protected_calls(lua_State* lua);
void open_db(lua_State* lua);
void open_batches(lua_State* lua);
/// db.stream, db.copy_in; db.transform; db.import_csv, db.export_csv.
void open_rows(lua_State* lua);
void open_transform(lua_State* lua);
void open_csv(lua_State* lua);
void open_schema(lua_State* lua);
void open_op(lua_State* lua);
void open_log_json_env(lua_State* lua);
void open_http(lua_State* lua);
void open_shell(lua_State* lua);
void open_files(lua_State* lua);
void open_modules(lua_State* lua);
void open_check(lua_State* lua);
void open_migration(lua_State* lua);
void open_fixes(lua_State* lua);
void open_views(lua_State* lua);

}  // namespace script
