// Making a state, calling into it, and turning errors round at the boundary.
#include "script/lua_state.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "postgres/sql_error.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// Few, since a look is also what notices a C stack that grows: up to 10 kB at each third instruction (string.gsub).
constexpr int instructions_between_looks = 1000;
/// Of the usual 8 MiB; what can be added between two looks fits into the rest.
constexpr std::ptrdiff_t deepest_c_stack = 2 << 20;
/// Where the outermost call into Lua began.
thread_local const char* c_stack_base = nullptr;

const char* c_stack_now() { return static_cast<const char*>(__builtin_frame_address(0)); }

Error no_memory() {
  return Error(code::no_memory, "out of memory")
      .because("the machine, or a limit of this process, gave no more memory")
      .advise("free memory or raise the limit, and run the command again");
}

Error too_deep() {
  return Error(code::script_error, "stack overflow")
      .because("functions call each other through the library too deeply");
}

const char state_key = 0;
constexpr const char* error_type = "waxwing.error";

struct HeldException {
  std::exception_ptr exception;
};

HeldException* held_exception(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || !lua_getmetatable(lua, index)) return nullptr;
  luaL_getmetatable(lua, error_type);
  const bool same = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return same ? static_cast<HeldException*>(lua_touserdata(lua, index)) : nullptr;
}

template <class Use>
void with_error(const HeldException& held, Use use) {
  try {
    std::rethrow_exception(held.exception);
  } catch (const Error& error) {
    use(error.what(), &error);
  } catch (const std::exception& error) {
    use(error.what(), static_cast<const Error*>(nullptr));
  }
}

std::string error_text(const HeldException& held) {
  std::string text;
  with_error(held, [&](const char* what, const Error* error) {
    if (error && !error->places().empty()) text = error->places().front() + ": ";
    text += what;
  });
  return text;
}

int error_to_string(lua_State* lua) {
  const HeldException* held = held_exception(lua, 1);
  const std::string text = held ? error_text(*held) : "error";
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

/// "while copying: " .. err
int error_concat(lua_State* lua) {
  std::string text;
  for (const int index : {1, 2}) {
    std::size_t size = 0;
    if (const HeldException* held = held_exception(lua, index))
      text += error_text(*held);
    else if (const char* piece = lua_tolstring(lua, index, &size))
      text.append(piece, size);
    else
      throw Error(code::bad_argument, fmt::format("an error joins with text, got {}", luaL_typename(lua, index)));
  }
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

int error_index(lua_State* lua) {
  const HeldException* held = held_exception(lua, 1);
  if (!held || lua_type(lua, 2) != LUA_TSTRING) return 0;
  const std::string_view name = lua_tostring(lua, 2);
  std::string value;
  with_error(*held, [&](const char* what, const Error* error) {
    const auto* sql = dynamic_cast<const postgres::SqlError*>(error);
    if (name == "message") value = sql ? sql->diagnostics().message : what;
    if (name == "kind") value = sql ? "sql" : "waxwing";
    if (!error) return;
    if (name == "code") value = error->code().id;
    if (name == "because") value = error->cause();
    if (name == "place" && !error->places().empty()) value = error->places().front();
    if (!sql) return;
    const postgres::Diagnostics& d = sql->diagnostics();
    if (name == "sqlstate") value = d.sqlstate;
    if (name == "detail") value = d.detail;
    if (name == "hint") value = d.hint;
    if (name == "constraint") value = d.constraint;
    if (name == "schema") value = d.schema;
    if (name == "table") value = d.table;
    if (name == "column") value = d.column;
  });
  if (value.empty()) return 0;
  lua_pushlstring(lua, value.data(), value.size());
  return 1;
}

int error_gc(lua_State* lua) {
  static_cast<HeldException*>(lua_touserdata(lua, 1))->~HeldException();
  return 0;
}

bool is_located(const Error& error) {
  return !error.places().empty() && error.places().front().find(".lua:") != std::string::npos;
}

}  // namespace

void register_error_type(lua_State* lua) {
  luaL_newmetatable(lua, error_type);
  lua_pushcfunction(lua, &error_to_string);
  lua_setfield(lua, -2, "__tostring");
  lua_pushcfunction(lua, &error_index);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, &guarded<&error_concat>);
  lua_setfield(lua, -2, "__concat");
  lua_pushcfunction(lua, &error_gc);
  lua_setfield(lua, -2, "__gc");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 1);
}

void push_exception(lua_State* lua, std::exception_ptr exception) {
  void* memory = lua_newuserdata(lua, sizeof(HeldException));
  new (memory) HeldException{std::move(exception)};
  luaL_getmetatable(lua, error_type);
  lua_setmetatable(lua, -2);
}

std::string caller_place(lua_State* lua) {
  lua_Debug where;
  for (int level = 0; lua_getstack(lua, level, &where); ++level) {
    lua_getinfo(lua, "Sl", &where);
    if (where.currentline > 0 && where.source[0] == '@')
      return fmt::format("{}:{}", where.source + 1, where.currentline);
  }
  return {};
}

namespace {

Error with_place(lua_State* lua, Error error) {
  if (const std::string place = caller_place(lua); !place.empty()) error.at(place);
  return error;
}

}  // namespace

bool c_stack_is_deep() { return c_stack_base && c_stack_base - c_stack_now() > deepest_c_stack; }

int call_guarded(lua_State* lua, Binding binding) {
  try {
    if (c_stack_is_deep()) throw too_deep();
    return binding(lua);
  } catch (Error& error) {
    // current_exception refers to this very object, so the place is kept.
    if (const std::string place = caller_place(lua); !place.empty() && !is_located(error)) error.at(place);
    push_exception(lua, std::current_exception());
  } catch (const std::bad_alloc&) {
    set_memory_ran_out();
    push_exception(lua, std::make_exception_ptr(with_place(lua, no_memory())));
  } catch (const std::exception&) {
    push_exception(lua, std::current_exception());
  }
  // No catch (...): an error raised by Lua itself travels as a foreign exception and must pass.
  return lua_error(lua);
}

LuaState& LuaState::of(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&state_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
  auto* state = static_cast<LuaState*>(lua_touserdata(lua, -1));
  lua_pop(lua, 1);
  return *state;
}

void LuaState::on_count(lua_State* lua, lua_Debug*) {
  if (!must_not_be_caught()) return;
  try {
    base::throw_if_interrupted();
    throw memory_ran_out() ? no_memory() : too_deep();
  } catch (Error& error) {
    if (const std::string place = caller_place(lua); !place.empty()) error.at(place);
    push_exception(lua, std::current_exception());
  }
  lua_error(lua);
}

LuaState::LuaState(const Surroundings& surroundings)
    : surroundings_(surroundings),
      memory_(surroundings.memory_limit_mb << 20),
      owner_(memory_.open(), &lua_close),
      lua_(owner_.get()),
      watcher_(surroundings.watcher),
      allowed_(surroundings.allowed) {
  if (!surroundings.jit) luaJIT_setmode(lua_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  protect("", [this](lua_State* lua) {
    lua_pushlightuserdata(lua, const_cast<char*>(&state_key));
    lua_pushlightuserdata(lua, this);
    lua_rawset(lua, LUA_REGISTRYINDEX);
    register_error_type(lua);
    open_globals(lua);
  });
  lua_sethook(lua_, &LuaState::on_count, LUA_MASKCOUNT, instructions_between_looks);
}

postgres::Session& LuaState::session() {
  if (!session_)
    throw Error(code::script_error, "the database can be used in upgrade, downgrade and checks only")
        .because("the file itself is run before there is a connection")
        .advise("move the call into function m.upgrade() ... end");
  return *session_;
}

postgres::Session& LuaState::unguarded_session() {
  session();
  return session_->guarded();
}

Watcher& LuaState::watcher() {
  static Watcher nobody;
  return watcher_ ? *watcher_ : nobody;
}

LuaState::WithSession::WithSession(LuaState& state, postgres::Session& session, Watcher* watcher)
    : state_(state),
      watcher_before_(state.watcher_),
      session_before_(state.session_),
      guarded_(session, watcher ? watcher : state.watcher_, [&state] { return caller_place(state.lua_); }) {
  if (watcher) state_.watcher_ = watcher;
  state_.session_ = &guarded_;
}

LuaState::WithSession::~WithSession() {
  state_.session_ = session_before_;
  state_.watcher_ = watcher_before_;
}

const std::vector<Plugin*>& plugins_of(const LuaState& state) {
  static const std::vector<Plugin*> none;
  return state.surroundings().plugins ? state.surroundings().plugins() : none;
}

void LuaState::load(lua_State* lua, const std::string& text, const std::string& shown_as) {
  if (script_name_.empty()) script_name_ = shown_as;
  load_text(lua, text, shown_as);
}

void load_text(lua_State* lua, std::string_view source, const std::string& shown_as) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  std::string without_shebang;
  if (source.starts_with("#!")) {
    without_shebang = "--" + std::string(source.substr(2));
    source = without_shebang;
  }
  struct Reader {
    std::string_view left;
    static const char* next(lua_State*, void* self, std::size_t* size) {
      auto& reader = *static_cast<Reader*>(self);
      *size = reader.left.size();
      const char* data = reader.left.data();
      reader.left = {};
      return *size ? data : nullptr;
    }
  } reader{source};
  const int status = lua_loadx(lua, &Reader::next, &reader, ("@" + shown_as).c_str(), "t");
  if (status == 0) return;
  std::string message = lua_tostring(lua, -1) ? lua_tostring(lua, -1) : "";
  lua_pop(lua, 1);
  if (status == LUA_ERRMEM && memory_ran_out()) throw std::bad_alloc();
  if (status == LUA_ERRMEM)
    throw Error(code::out_of_memory, "the script is larger than the memory it may use").at(shown_as);
  std::string place = shown_as;
  if (message.starts_with(shown_as + ":")) {
    const std::size_t line_end = message.find(':', shown_as.size() + 1);
    place = message.substr(0, line_end);
    message = std::string(base::trim(message.substr(line_end + 1)));
  }
  throw Error(code::script_syntax, "syntax error: " + message).at(place);
}

int LuaState::run_task(lua_State* lua) {
  const Task task = *static_cast<const Task*>(lua_touserdata(lua, 1));
  lua_settop(lua, 0);
  task.run(lua, task.context);
  return 0;
}

void LuaState::run_protected(const std::string& phase, Task task) {
  struct StackBase {
    const char* const before = c_stack_base;
    StackBase() {
      if (!before) c_stack_base = c_stack_now();
    }
    ~StackBase() { c_stack_base = before; }
  };
  int status = 0;
  {
    const StackBase base;
    status = lua_cpcall(lua_, &guarded<&LuaState::run_task>, &task);
  }
  if (status != 0) rethrow(status, phase);
}

namespace {

/// Finds the error's text without a call into Lua that could raise another one.
std::string take_error_value(lua_State* lua) {
  std::string text = fmt::format("an error value that is a {}", luaL_typename(lua, -1));
  if (lua_type(lua, -1) == LUA_TSTRING) text = lua_tostring(lua, -1);
  if (lua_type(lua, -1) == LUA_TNUMBER) text = number_text(lua_tonumber(lua, -1));
  if (lua_istable(lua, -1)) {
    text += " without a message";
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
      if (lua_type(lua, -2) == LUA_TSTRING && lua_type(lua, -1) == LUA_TSTRING &&
          std::string_view(lua_tostring(lua, -2)) == "message")
        text = lua_tostring(lua, -1);
  }
  lua_pop(lua, 1);
  // The place of a wrapper of ours says nothing to anyone (protected_calls.cpp).
  if (const std::size_t end = text.find(": "); text.starts_with("waxwing:") && end != std::string::npos)
    text.erase(0, end + 2);
  return text;
}

[[noreturn]] void throw_out_of_memory(std::size_t limit_mb) {
  // A cancel needs memory as well.
  base::throw_if_interrupted();
  if (memory_ran_out()) throw std::bad_alloc();
  throw Error(code::out_of_memory, fmt::format("the script used more than {} MiB", limit_mb))
      .advise("work in smaller pieces (for row in db.stream(...)), or raise memory_limit_mb");
}

}  // namespace

void rethrow_lua_error(lua_State* lua, int status) {
  if (status == LUA_ERRMEM) {
    lua_pop(lua, 1);
    throw_out_of_memory(LuaState::of(lua).surroundings().memory_limit_mb);
  }
  if (const HeldException* held = held_exception(lua, -1)) {
    const std::exception_ptr exception = held->exception;
    lua_pop(lua, 1);
    std::rethrow_exception(exception);
  }
  // A script may have put a value of its own in place of our cancel.
  if (base::interrupt_signal() != 0) {
    lua_pop(lua, 1);
    base::throw_if_interrupted();
  }
  std::string message = take_error_value(lua);
  // "file:line: text", as Lua itself writes it.
  std::string place;
  if (const std::size_t colon = message.find(".lua:"); colon != std::string::npos) {
    const std::size_t end = message.find(": ", colon + 5);
    if (end != std::string::npos && message.find_first_not_of("0123456789", colon + 5) == end) {
      place = message.substr(0, end);
      message.erase(0, end + 2);
    }
  }
  Error error(code::script_error, message);
  if (!place.empty()) error.at(place);
  throw error;
}

void LuaState::rethrow(int status, const std::string& phase) {
  const auto in_phase = [&](const std::string& place) { return phase.empty() ? place : place + " in " + phase; };
  try {
    // The state may not know itself yet.
    if (status == LUA_ERRMEM) throw_out_of_memory(surroundings_.memory_limit_mb);
    rethrow_lua_error(lua_, status);
  } catch (Error& error) {
    if (!is_located(error)) {
      // Before a script is loaded there is no place to name.
      const bool is_said = !error.places().empty() && error.places().front() == script_name_;
      if (!is_said && !script_name_.empty()) error.at(in_phase(script_name_));
    } else if (error.places().front().find(" in ") == std::string::npos) {
      error.relocate(in_phase(error.places().front()));
    }
    throw;
  }
}

}  // namespace script
