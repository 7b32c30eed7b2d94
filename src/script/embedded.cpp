// Loads the files of lua/ and gives them what Lua cannot do itself.
#include "script/embedded.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "script/lua_state.hpp"
#include "script/modules.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

std::vector<std::string> string_list(lua_State* lua, int index) {
  std::vector<std::string> list;
  for (std::size_t i = 1; i <= lua_objlen(lua, index); ++i) {
    lua_rawgeti(lua, index, static_cast<int>(i));
    if (const char* text = lua_tostring(lua, -1)) list.emplace_back(text);
    lua_pop(lua, 1);
  }
  return list;
}

/// did_you_mean(word, list) is `; did you mean "x"?` or nothing. did_you_mean(word, list, "keys are") goes on with the
/// list.
int did_you_mean(lua_State* lua) {
  const std::vector<std::string> list = string_list(lua, 2);
  std::string suffix = base::did_you_mean_suffix(luaL_checkstring(lua, 1), list);
  if (const char* introduction = luaL_optstring(lua, 3, nullptr))
    suffix = (suffix.empty() ? ";" : suffix) + " " + introduction + " " + base::join(list, ", ");
  lua_pushlstring(lua, suffix.data(), suffix.size());
  return 1;
}

}  // namespace

void load_embedded(lua_State* lua, const std::string& file) {
  const std::optional<std::string> text = embedded_file(file);
  if (!text || luaL_loadbuffer(lua, text->data(), text->size(), ("=waxwing/" + file).c_str()) != 0)
    throw Error(code::bug, "the embedded " + file + " cannot be loaded")
        .because(text ? lua_tostring(lua, -1) : "it is missing");
}

void push_runtime_host(lua_State* lua, lua_CFunction fail) {
  lua_newtable(lua);
  lua_pushcfunction(lua, &guarded<&did_you_mean>);
  lua_setfield(lua, -2, "did_you_mean");
  lua_pushcfunction(lua, fail);
  lua_setfield(lua, -2, "fail");
  load_embedded(lua, "keys.lua");
  lua_pushvalue(lua, -2);
  lua_call(lua, 1, 1);
  lua_setfield(lua, -2, "keys");
}

}  // namespace script
