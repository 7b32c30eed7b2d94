// One Lua state for one script: memory cap, sticky cancel, sandboxed globals, and the one boundary between C++ and Lua
// errors.
#pragma once
#include <exception>
#include <lua.hpp>
#include <memory>
#include <string>

#include "operations/operation.hpp"
#include "postgres/session.hpp"
#include "script/migration.hpp"

namespace script {

class LuaState {
 public:
  explicit LuaState(const Surroundings& surroundings);
  ~LuaState();
  LuaState(const LuaState&) = delete;
  LuaState& operator=(const LuaState&) = delete;

  lua_State* lua() const { return lua_; }
  /// The state that a binding was called in.
  static LuaState& of(lua_State* lua);

  /// Compiles text (never bytecode) and leaves the function on the stack. Throws code::script_syntax with file and
  /// line.
  void load(const std::string& text, const std::string& shown_as);
  /// Calls the function below its arguments; Lua and C++ errors come out as base::Error with file and line.
  /// `phase` is said in the place: "migrations/x.lua:14 in upgrade".
  void call(int arguments, int results, const std::string& phase);

  const Surroundings& surroundings() const { return surroundings_; }
  /// The session that db, schema and op work on. Throws code::script_error outside of upgrade, downgrade and checks.
  postgres::Session& session();
  /// Sets the session for the lifetime of a call.
  class WithSession {
   public:
    WithSession(LuaState& state, postgres::Session& session) : state_(state) { state_.session_ = &session; }
    ~WithSession() { state_.session_ = nullptr; }
    WithSession(const WithSession&) = delete;
    WithSession& operator=(const WithSession&) = delete;

   private:
    LuaState& state_;
  };
  operations::Notes& notes();
  /// The file whose lines are named when an error has no better place.
  const std::string& script_name() const { return script_name_; }

 private:
  struct Memory {
    std::size_t used = 0, limit = 0;
  };
  static void* allocate(void* memory, void* block, std::size_t old_size, std::size_t new_size);
  static void on_count(lua_State* lua, lua_Debug* where);
  [[noreturn]] void rethrow(int status, const std::string& phase);

  const Surroundings surroundings_;
  Memory memory_;
  lua_State* lua_ = nullptr;
  postgres::Session* session_ = nullptr;
  std::string script_name_;
};

/// Compiles text (never bytecode) and leaves the function on the stack of any state. Throws code::script_syntax with
/// file and line.
void load_text(lua_State* lua, std::string_view text, const std::string& shown_as);

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

/// "migrations/x.lua:14" of the innermost project function on the stack; empty when there is none.
std::string caller_place(lua_State* lua);

// Each makes one part of what scripts see; the list of them is in globals.cpp.
void open_globals(lua_State* lua);
/// Pushes what a script sees as its globals: readable, not writable.
void push_script_globals(lua_State* lua);
void open_db(lua_State* lua);
void open_schema(lua_State* lua);
void open_op(lua_State* lua);
void open_log_json_env(lua_State* lua);
void open_modules(lua_State* lua);
void open_check(lua_State* lua);
void open_migration(lua_State* lua);

}  // namespace script
