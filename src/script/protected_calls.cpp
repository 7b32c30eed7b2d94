// pcall, xpcall and coroutine.resume: a cancel passes through them, and coroutines can yield across them.
#include <new>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "script/lua_state.hpp"

namespace script {

namespace {

/// Lua's own functions are called from Lua, since a C function between them would forbid yields. The handler of xpcall
/// is left out when nothing may catch the error: it would run inside of the hook that raised it, where no hook fires.
constexpr std::string_view wrappers = R"(local settle, must_not_be_caught, pcall, xpcall, resume = ...
local function careful(handler)
  return function(...)
    if must_not_be_caught() then return ... end
    return handler(...)
  end
end
return function(...) return settle(pcall(...)) end,
       function(f, handler, ...) return settle(xpcall(f, handler and careful(handler), ...)) end,
       function(...) return settle(resume(...)) end)";

/// Hands on what a protected call returned, unless its error is one that must not be caught.
int settle(lua_State* lua) {
  if (lua_toboolean(lua, 1) || !must_not_be_caught()) return lua_gettop(lua);
  base::throw_if_interrupted();
  lua_settop(lua, 2);
  return lua_error(lua);
}

int push_must_not_be_caught(lua_State* lua) { return lua_pushboolean(lua, must_not_be_caught()), 1; }

}  // namespace

bool must_not_be_caught() { return base::interrupt_signal() != 0 || c_stack_is_deep() || memory_ran_out(); }

void open_protected_calls(lua_State* lua) {
  // "=" keeps the wrappers out of the places that errors name.
  const int status = luaL_loadbuffer(lua, wrappers.data(), wrappers.size(), "=waxwing");
  if (status == LUA_ERRMEM) throw std::bad_alloc();
  if (status != 0)
    throw base::Error(base::code::bug, "the wrappers of pcall cannot be loaded").because(lua_tostring(lua, -1));
  lua_pushcfunction(lua, &guarded<&settle>);
  lua_pushcfunction(lua, &push_must_not_be_caught);
  lua_getglobal(lua, "pcall");
  lua_getglobal(lua, "xpcall");
  lua_getglobal(lua, "coroutine");
  lua_getfield(lua, -1, "resume");
  lua_remove(lua, -2);
  lua_call(lua, 5, 3);
  lua_getglobal(lua, "coroutine");
  lua_insert(lua, -2);
  lua_setfield(lua, -2, "resume");
  lua_pop(lua, 1);
  lua_setglobal(lua, "xpcall");
  lua_setglobal(lua, "pcall");
}

}  // namespace script
