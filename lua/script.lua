-- Reads what `script { ... }` declares. `host` is given by the program: fail, did_you_mean, keys (see keys.lua).
local host = ...

local keys = {
  { name = "name", type = "string" },
  { name = "about", type = "string" },
  { name = "options", type = "table" },
  { name = "needs_revision", type = "string" },
  { name = "write", type = "boolean" },
}

local option_keys = {
  { name = "doc", type = "string" },
  { name = "type", type = "string" },
  { name = "required", type = "boolean" },
  { name = "default", type = "any" },
  { name = "secret", type = "boolean" },
}

local function option(name, given)
  local what = "script.options." .. name
  if not name:match("^%a[%w_]*$") then host.fail(('script.options: "%s" is no name; a name is made of letters, digits and _'):format(name)) end
  if type(given) == "string" then given = { given } end
  if type(given) ~= "table" then host.fail(("%s: expected a table, got %s"):format(what, type(given))) end
  for key in pairs(given) do
    if type(key) ~= "string" and key ~= 1 then host.fail(what .. ": one text, what it is, and named keys") end
  end
  host.keys(what, option_keys, given, true)
  local doc = given.doc or given[1] or ""
  if type(doc) ~= "string" then host.fail(("%s: what it is must be a text, got %s"):format(what, type(doc))) end
  local fallback = given.default
  if fallback ~= nil and type(fallback) ~= "string" and type(fallback) ~= "number" and type(fallback) ~= "boolean" then
    host.fail(("%s.default: expected a text, a number or a boolean, got %s"):format(what, type(fallback)))
  end
  return { name = name, doc = doc, type = given.type or "text", required = given.required, secret = given.secret, default = fallback }
end

return function(declared)
  host.keys("script", keys, declared)
  local options = {}
  for name, given in pairs(declared.options or {}) do
    if type(name) ~= "string" then host.fail("script.options: an entry without a name") end
    options[#options + 1] = option(name, given)
  end
  return {
    name = declared.name or "", about = declared.about or "", needs_revision = declared.needs_revision or "",
    write = declared.write, options = options,
  }
end
