-- The machinery of checks: reads their keys, runs them, words their outcome. Each check is a file of checks/.
-- `host` is given by the program: did_you_mean, fail, keys (see keys.lua), line, load, names, plugin_check,
-- plugin_checks, sample.
local host = ...

local common = {
  { name = "doing", type = "string", doc = "What is being checked, for the [k/N] line." },
  { name = "ok", type = "string", doc = "Said when it holds." },
  { name = "failed", type = "string", doc = "Said when it does not; {count} and the check's own values are filled in." },
  { name = "advice", type = "string", doc = "What to do when it fails." },
  { name = "within_ms", type = "number", doc = "Longest time that it may take, in milliseconds; slower is a failure." },
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

local function all_fields(spec)
  local fields = {}
  for _, list in ipairs { spec.fields, common } do
    for _, field in ipairs(list) do fields[#fields + 1] = field end
  end
  return fields
end

-- What a check's run() works with.
local tools = { fill = fill, counted = counted, fail = host.fail, sample = host.sample, load = host.load, did_you_mean = host.did_you_mean }

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

-- Runs statements in a savepoint and undoes them. Returns { error = } where one failed, { skipped = outcome } where
-- nothing can be tried.
function tools.try(...)
  if db.value("select current_setting('transaction_read_only')") == "on" then
    return { skipped = { passed = true, ok = "Not tried: the transaction is read-only", skipped = true } }
  end
  local undo = {}
  local statements = { n = select("#", ...), ... }
  local _, err = db.savepoint(function()
    for i = 1, statements.n do
      if statements[i] then db.execute(statements[i]) end
    end
    error(undo)
  end)
  if err == undo then return {} end
  return { error = err }
end

-- An outcome that fails when `sql` finds rows, showing at most five of them.
function tools.no_rows(self, sql, values, ...)
  local count, lines = host.sample(sql, ...)
  if count == 0 then return { passed = true, values = values } end
  values = values or {}
  values.count = count
  return { passed = false, values = values, lines = lines, sql = sql }
end

local function milliseconds()
  return db.value("select extract(epoch from pg_catalog.clock_timestamp())::pg_catalog.float8") * 1000
end

local function run(spec, given)
  local begin = given.within_ms and milliseconds()
  local outcome = spec.run(given, tools)
  if begin and outcome.passed then
    local took = milliseconds() - begin
    if took > given.within_ms then
      outcome = { passed = false, too_slow = ("It holds, but took %.0f ms to look; at most %g ms were wanted"):format(took, given.within_ms) }
    end
  end
  local values = outcome.values or {}
  local template = outcome.passed and (given.ok or outcome.ok or spec.ok) or (outcome.too_slow or given.failed or outcome.failed or spec.failed)
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
    host.keys("check." .. spec.name, all_fields(spec), given, spec.positional)
    local doing = given.doing
    if not doing then
      local values = {}
      for key, value in pairs(given) do
        if type(value) == "string" then values[key] = value end
        if type(value) == "table" and #value > 0 and type(value[1]) == "string" then values[key] = table.concat(value, ", ") end
      end
      doing = fill(spec.doing, values)
    end
    local columns = given.columns or (given.column and { given.column }) or {}
    local subject = given.table and ("%s %s (%s)"):format(spec.name, given.table, table.concat(columns, ", ")) or ""
    -- The spec stays out of the scripts' reach: all checks of its kind share it.
    return { kind = spec.name, doing = doing, subject = subject, line = line, run = function() return run(spec, given) end }
  end
end

setmetatable(library, {
  __index = function(_, name)
    for _, each in ipairs(host.names) do
      if each == name then
        library[name] = define(host.load("checks/" .. name))
        return library[name]
      end
    end
    local spec = host.plugin_check(tostring(name))
    if not spec then
      local names = host.plugin_checks()
      for _, each in ipairs(host.names) do names[#names + 1] = each end
      host.fail(('there is no check.%s%s'):format(tostring(name), host.did_you_mean(tostring(name), names)))
    end
    library[name] = define(spec)
    return library[name]
  end,
  __metatable = "locked",
})

-- Name, summary and keys of each check, for help and the reference.
local function describe()
  local list = {}
  for _, name in ipairs(host.names) do
    local spec = host.load("checks/" .. name)
    list[#list + 1] = { name = spec.name, summary = spec.summary, fields = all_fields(spec) }
  end
  return list
end

-- `tools` and `run` serve the checks of plugins, which run in the plugin's own state.
return library, describe, tools, run
