-- Reads what `plugin { ... }` declares and what the configuration gives it. `host` is given by the program: fail,
-- did_you_mean, keys (see keys.lua), hooks (the names there are), capabilities.
local host = ...

local keys = {
  { name = "name", type = "string", required = true, doc = "Its name, that of its folder." },
  { name = "version", type = "string", required = true, doc = "Its version, such as \"1.0.0\"." },
  { name = "api", type = "integer", required = true, doc = "Version of the plugin API it is written for: 1." },
  { name = "summary", type = "string", doc = "What it does, in a sentence." },
  { name = "needs", type = "string[]", doc = "What it wants to use: http, shell, files, database, database-write." },
  { name = "options", type = "table", doc = "Its settings by name: { type, doc, required, default, secret }." },
  { name = "hooks", type = "table", doc = "Functions by name, called as a run goes on." },
  { name = "preflight", type = "function", doc = "Given a step, returns checks to run before it." },
  { name = "checks", type = "table", doc = "Kinds of check by name: { summary, fields, doing, ok, failed, run }." },
  { name = "ops", type = "table", doc = "Operations by name, made of others: { summary, fields, run }." },
  { name = "commands", type = "table", doc = "Commands by name: { summary, usage, run }." },
  { name = "rules", type = "table", doc = "What statements of migrations must not do, by name: { summary, run }." },
}

local option_keys = {
  { name = "type", type = "string", required = true },
  { name = "doc", type = "string", required = true },
  { name = "required", type = "boolean" },
  { name = "default", type = "any" },
  { name = "secret", type = "boolean" },
}

local field_keys = {
  { name = "name", type = "string", required = true },
  { name = "type", type = "string", required = true },
  { name = "doc", type = "string" },
  { name = "required", type = "boolean" },
}

local part_keys = {
  checks = {
    { name = "summary", type = "string", required = true },
    { name = "fields", type = "table" },
    { name = "doing", type = "string", required = true },
    { name = "ok", type = "string" },
    { name = "failed", type = "string" },
    { name = "run", type = "function", required = true },
  },
  ops = {
    { name = "summary", type = "string", required = true },
    { name = "fields", type = "table" },
    { name = "run", type = "function", required = true },
  },
  commands = {
    { name = "summary", type = "string", required = true },
    { name = "usage", type = "string" },
    { name = "run", type = "function", required = true },
  },
  rules = {
    { name = "summary", type = "string", required = true },
    { name = "run", type = "function", required = true },
  },
}

local finding_keys = {
  { name = "title", type = "string", required = true },
  { name = "passed", type = "boolean" },
  { name = "text", type = "string" },
  { name = "lines", type = "string[]" },
  { name = "milliseconds", type = "number" },
}

local function each_sorted(map)
  local names = {}
  for name in pairs(map) do
    if type(name) ~= "string" then host.fail("plugin: an entry without a name") end
    names[#names + 1] = name
  end
  table.sort(names)
  local at = 0
  return function()
    at = at + 1
    return names[at], map[names[at]]
  end
end

local function one_of(what, name, names)
  for _, each in ipairs(names) do
    if each == name then return end
  end
  host.fail(('%s: there is no "%s"%s'):format(what, tostring(name), host.did_you_mean(tostring(name), names, "there are")))
end

local reader = { keys = keys }

-- Checks the declaration and fills in what may be left out.
function reader.declaration(given)
  host.keys("plugin", keys, given)
  if given.api ~= 1 then host.fail(("plugin %s: api = %s is not known here; this waxwing has api 1"):format(given.name, tostring(given.api))) end
  for _, key in ipairs { "needs", "options", "hooks", "checks", "ops", "commands", "rules" } do given[key] = given[key] or {} end
  for _, need in ipairs(given.needs) do one_of("plugin.needs", need, host.capabilities) end
  for name, option in each_sorted(given.options) do host.keys("plugin.options." .. name, option_keys, option) end
  for name, hook in each_sorted(given.hooks) do
    one_of("plugin.hooks", name, host.hooks)
    if type(hook) ~= "function" then host.fail(("plugin.hooks.%s: expected function, got %s"):format(name, type(hook))) end
  end
  for kind, kind_keys in pairs(part_keys) do
    for name, part in each_sorted(given[kind]) do
      local what = ("plugin.%s.%s"):format(kind, name)
      host.keys(what, kind_keys, part)
      part.name = name
      part.fields = part.fields or {}
      for i, field in ipairs(part.fields) do host.keys(("%s.fields[%d]"):format(what, i), field_keys, field) end
    end
  end
  return given
end

-- The values of its options: what the configuration gives, else the defaults.
function reader.options(declared, given)
  local fields, values = {}, {}
  for name, option in each_sorted(declared.options) do
    fields[#fields + 1] = { name = name, type = option.type, required = option.required }
    values[name] = option.default
  end
  host.keys("plugin " .. declared.name, fields, given)
  for name, value in pairs(given) do values[name] = value end
  return values
end

-- A description without functions, for lists and help.
function reader.describe(declared)
  local function parts(kind)
    local list = {}
    for name, part in each_sorted(declared[kind]) do
      list[#list + 1] = { name = name, summary = part.summary, usage = part.usage, doing = part.doing, ok = part.ok, failed = part.failed, fields = part.fields }
    end
    return list
  end
  local options, hooks = {}, {}
  for name, option in each_sorted(declared.options) do
    options[#options + 1] = { name = name, type = option.type, doc = option.doc, required = option.required, default = option.default, secret = option.secret }
  end
  for name in each_sorted(declared.hooks) do hooks[#hooks + 1] = name end
  return {
    name = declared.name, version = declared.version, summary = declared.summary or "", needs = declared.needs,
    options = options, hooks = hooks, checks = parts("checks"), ops = parts("ops"), commands = parts("commands"), rules = parts("rules"),
    has_preflight = declared.preflight ~= nil,
  }
end

-- The plugin's `report`, and a function that hands over what was added since it was last called.
function reader.report()
  local findings = {}
  local function add(finding)
    host.keys("report.add", finding_keys, finding)
    if finding.title == "" then host.fail("report.add: the title is empty") end
    findings[#findings + 1] = finding
  end
  local function take()
    local taken = findings
    findings = {}
    return taken
  end
  return { add = add }, take
end

return reader
