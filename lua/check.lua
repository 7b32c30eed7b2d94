-- The machinery of checks: reads their keys, runs them, words their outcome. Each check is a file of checks/.
-- `host` is given by the program: did_you_mean, fail, line, load, names, sample.
local host = ...

local common = {
  { name = "doing", type = "string", doc = "What is being checked, for the [k/N] line." },
  { name = "ok", type = "string", doc = "Said when it holds." },
  { name = "failed", type = "string", doc = "Said when it does not; {count} and the check's own values are filled in." },
  { name = "advice", type = "string", doc = "What to do when it fails." },
}

local library = {}

-- "{count}" and other "{names}" from a table of values; unknown names stay as they are.
local function fill(template, values)
  return (template:gsub("{([%w_]+)}", function(name)
    local value = values[name]
    if value == nil then return nil end
    return tostring(value)
  end))
end

-- The singular of the noun that a count of one governs: the first plural before any punctuation, so that
-- "book assignments" becomes "book assignment" and "books with NULL ids" becomes "book with NULL ids".
local function singular(phrase)
  local head, tail = phrase:match("^([^(,;.]*)(.*)$")
  local done = false
  head = head:gsub("%a+", function(word)
    if done or not word:match("[^s]s$") then return nil end
    done = true
    if word:match("ies$") then return (word:gsub("ies$", "y")) end
    if word:match("sses$") or word:match("xes$") or word:match("ches$") then return (word:gsub("es$", "")) end
    return (word:gsub("s$", ""))
  end)
  return head .. tail
end

-- Fills {count} so that one is one: "{count} books" -> "1 book".
local function counted(template, count, values)
  values = values or {}
  values.count = count
  if tonumber(count) == 1 then
    template = template:gsub("({count} )(.+)$", function(lead, phrase) return lead .. singular(phrase) end)
  end
  return fill(template, values)
end

local function check_type(spec, field, value)
  local kind = type(value)
  if field.type == "string" and kind == "string" then return end
  if field.type == "string[]" and (kind == "table" or kind == "string") then return end
  if field.type == "function" and kind == "function" then return end
  if field.type == "boolean" and kind == "boolean" then return end
  if field.type == "integer" and kind == "number" then return end
  if field.type == "table" and kind == "table" then return end
  if field.type == "any" then return end
  host.fail(("check.%s.%s: expected %s, got %s"):format(spec.name, field.name, field.type, kind))
end

local function all_fields(spec)
  local fields = {}
  for _, list in ipairs { spec.fields, common } do
    for _, field in ipairs(list) do fields[#fields + 1] = field end
  end
  return fields
end

local function read(spec, given)
  if type(given) ~= "table" then host.fail(("check.%s takes one table, got %s"):format(spec.name, type(given))) end
  local known, names = {}, {}
  for _, field in ipairs(all_fields(spec)) do
    known[field.name] = field
    names[#names + 1] = field.name
  end
  for key, value in pairs(given) do
    if type(key) == "string" then
      if not known[key] then
        host.fail(('check.%s: unknown key "%s"%s; keys are %s'):format(spec.name, key, host.did_you_mean(key, names), table.concat(names, ", ")))
      end
      check_type(spec, known[key], value)
    elseif not spec.positional then
      host.fail(("check.%s: an entry without a name; keys are %s"):format(spec.name, table.concat(names, ", ")))
    end
  end
  for _, field in ipairs(spec.fields) do
    if field.required and given[field.name] == nil then host.fail(('check.%s: missing key "%s"'):format(spec.name, field.name)) end
    if field.type == "string[]" and type(given[field.name]) == "string" then given[field.name] = { given[field.name] } end
  end
end

-- What a check's run() works with.
local tools = { fill = fill, counted = counted, fail = host.fail, sample = host.sample, did_you_mean = host.did_you_mean }

-- "app"."books" or "books".
function tools.relation(self)
  if self.schema then return db.format("%I.%I", self.schema, self.table) end
  return db.format("%I", self.table)
end

function tools.names(list)
  local quoted = {}
  for i, name in ipairs(list) do quoted[i] = db.format("%I", name) end
  return table.concat(quoted, ", ")
end

-- An outcome that fails when `sql` finds rows, showing at most five of them.
function tools.no_rows(self, sql, values, ...)
  local count, lines = host.sample(sql, ...)
  if count == 0 then return { passed = true, values = values } end
  values = values or {}
  values.count = count
  return { passed = false, values = values, lines = lines, sql = sql }
end

local function run(spec, given)
  local outcome = spec.run(given, tools)
  local values = outcome.values or {}
  local template = outcome.passed and (given.ok or outcome.ok or spec.ok) or (given.failed or outcome.failed or spec.failed)
  outcome.text = counted(template or "", values.count, values)
  if not outcome.passed then
    local advice = given.advice or outcome.advice or ""
    if outcome.sql then advice = (advice ~= "" and advice .. "\n" or "") .. "look at them: " .. outcome.sql:gsub("%s+", " ") end
    outcome.advice = advice
  end
  return outcome
end

local function define(spec)
  return function(given)
    local line = host.line()
    read(spec, given)
    local doing = given.doing
    if not doing then
      local values = {}
      for key, value in pairs(given) do
        if type(value) == "string" then values[key] = value end
        if type(value) == "table" and #value > 0 and type(value[1]) == "string" then values[key] = table.concat(value, ", ") end
      end
      doing = fill(spec.doing, values)
    end
    -- The spec stays out of the scripts' reach: all checks of its kind share it.
    return { kind = spec.name, doing = doing, line = line, run = function() return run(spec, given) end }
  end
end

setmetatable(library, {
  __index = function(_, name)
    for _, each in ipairs(host.names) do
      if each == name then
        library[name] = define(host.load(name))
        return library[name]
      end
    end
    host.fail(('there is no check.%s%s'):format(tostring(name), host.did_you_mean(tostring(name), host.names)))
  end,
  __metatable = "locked",
})

-- Name, summary and keys of each check, for help and the reference.
local function describe()
  local list = {}
  for _, name in ipairs(host.names) do
    local spec = host.load(name)
    list[#list + 1] = { name = spec.name, summary = spec.summary, fields = all_fields(spec) }
  end
  return list
end

return library, describe
