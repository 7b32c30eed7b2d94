// `http`: requests from scripts that are allowed to make them.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/http.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "script/call_arguments.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const std::vector<std::string> keys = {"method", "url", "headers", "body", "json", "timeout_s", "follow"};

base::Value response_value(const base::HttpResponse& response) {
  base::Map headers;
  for (const auto& [name, value] : response.headers) headers.emplace_back(name, value);
  return base::Map{{"status", std::int64_t{response.status}},
                   {"headers", std::move(headers)},
                   {"body", response.body},
                   {"milliseconds", response.milliseconds}};
}

int send(lua_State* lua, const CallArguments& arguments, std::string method, std::string url) {
  base::HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  const std::string lowered = base::lower(request.url);
  if (!lowered.starts_with("http://") && !lowered.starts_with("https://"))
    throw Error(code::bad_argument, fmt::format("http: \"{}\" is no http or https URL", request.url));
  request.headers = arguments.texts("headers");
  if (const auto body = arguments.text("body")) request.body = *body;
  if (const base::Value* value = arguments.find("json"); value && !value->is_nil()) {
    request.body = base::json_text(*value);
    request.headers.emplace_back("Content-Type", "application/json");
  }
  const double seconds = arguments.number("timeout_s").value_or(10);
  if (!(seconds > 0 && seconds <= 3600))
    throw Error(code::bad_argument, "http: timeout_s must be above 0, at most 3600");
  request.timeout = std::chrono::milliseconds(static_cast<long long>(seconds * 1000));
  request.follows_redirects = arguments.flag("follow");
  push_value(lua, response_value(base::send_http(request)));
  return 1;
}

/// http.request { method = "PUT", url = ..., ... }
int request(lua_State* lua) {
  require_capability(lua, "http");
  if (!lua_istable(lua, 1)) throw Error(code::bad_argument, "http.request takes one table");
  const CallArguments arguments("http.request", to_value(lua, 1), keys);
  const auto url = arguments.text("url");
  if (!url) throw Error(code::bad_argument, "http.request: missing key \"url\"");
  return send(lua, arguments, base::upper(arguments.text("method").value_or("GET")), *url);
}

/// http.get(url, { headers = ..., timeout_s = ... }) and its like.
int with_method(lua_State* lua) {
  require_capability(lua, "http");
  const std::string method = lua_tostring(lua, lua_upvalueindex(1));
  const std::string name = "http." + base::lower(method);
  if (lua_type(lua, 1) != LUA_TSTRING) throw Error(code::bad_argument, name + ": the URL is expected first");
  const std::string url = lua_tostring(lua, 1);
  return send(lua, {name, lua_istable(lua, 2) ? to_value(lua, 2) : base::Value(base::Map{}), keys}, method, url);
}

}  // namespace

void open_http(lua_State* lua) {
  lua_newtable(lua);
  lua_pushcfunction(lua, &guarded<&request>);
  lua_setfield(lua, -2, "request");
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}) {
    lua_pushstring(lua, method);
    lua_pushcclosure(lua, &guarded<&with_method>, 1);
    lua_setfield(lua, -2, base::lower(method).c_str());
  }
  lua_setglobal(lua, "http");
}

}  // namespace script
