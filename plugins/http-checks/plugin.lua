--- Requests that a service must answer: before a run, after it, as checks of a migration, or on demand.

local function fill(value, taken)
  if type(value) == "string" then
    return (value:gsub("{([%w_]+)}", function(name) return taken[name] and tostring(taken[name]) end))
  elseif type(value) == "table" then
    local filled = {}
    for key, each in pairs(value) do filled[key] = fill(each, taken) end
    return filled
  end
  return value
end

-- "data.items.1.id" in a decoded JSON text.
local function at(document, path)
  for step in path:gmatch("[^.]+") do
    if type(document) ~= "table" then return nil end
    document = document[tonumber(step) or step]
  end
  return document
end

-- What is wrong with the answer; nil when nothing is. Values named in `take` are kept for the requests after it.
local function problem_of(request, taken)
  local ok, response = pcall(http.request, {
    method = request.method or "GET", url = fill(request.url, taken), headers = fill(request.headers, taken),
    json = fill(request.json, taken), body = fill(request.body, taken), timeout_s = request.timeout_s or 10,
  })
  if not ok then return tostring(response) end
  local wanted = request.status or 200
  if response.status ~= wanted then return ("status %d in place of %d"):format(response.status, wanted) end
  if request.within_ms and response.milliseconds > request.within_ms then
    return ("took %.0f ms, more than %g ms"):format(response.milliseconds, request.within_ms)
  end
  local wants = request.contains and fill(request.contains, taken)
  if wants and not response.body:find(wants, 1, true) then return ('the answer does not contain "%s"'):format(wants) end
  if request.equals or request.take then
    local decoded, document = pcall(json.decode, response.body)
    if not decoded then return "the answer is not JSON" end
    for path, value in pairs(fill(request.equals or {}, taken)) do
      local found = at(document, path)
      if found ~= value then return ("%s is %s in place of %s"):format(path, tostring(found), tostring(value)) end
    end
    for name, path in pairs(request.take or {}) do
      local found = at(document, path)
      if found == nil then return ("the answer has no %s"):format(path) end
      taken[name] = found
    end
  end
end

local function title(request)
  return request.name or ((request.method or "GET") .. " " .. request.url)
end

-- Runs the requests of one time ("before", "after") or all; returns how many failed.
local function run_all(time, say)
  local failures, taken = {}, {}
  for _, request in ipairs(options.requests) do
    if not time or (request.when or "after") == time then
      local problem = problem_of(request, taken)
      say(request, problem)
      if problem and not request.optional then failures[#failures + 1] = title(request) .. ": " .. problem end
    end
  end
  return failures
end

local function log_outcome(request, problem)
  report.add { title = title(request), passed = problem == nil or request.optional == true, text = problem or "as expected" }
  if problem then log.warn(title(request) .. ": " .. problem) else log.info(title(request) .. ": as expected") end
end

local request_fields = {
  { name = "url", type = "string", required = true, doc = "Where to ask; {name} is a value taken from an answer before." },
  { name = "method", type = "string", doc = "GET unless said otherwise." },
  { name = "headers", type = "table", doc = "Headers by name." },
  { name = "json", type = "any", doc = "Body, sent as JSON." },
  { name = "body", type = "string", doc = "Body as it is." },
  { name = "status", type = "integer", doc = "The status expected; 200 unless said otherwise." },
  { name = "contains", type = "string", doc = "Text that the answer must contain." },
  { name = "equals", type = "table", doc = "Values by their path in a JSON answer: { [\"data.title\"] = \"Emma\" }." },
  { name = "within_ms", type = "number", doc = "Longest time to the whole answer, in milliseconds." },
  { name = "timeout_s", type = "number", doc = "When to give up, in seconds; 10 unless said otherwise." },
}

return plugin {
  name = "http-checks",
  version = "1.0.0",
  api = 1,
  summary = "Health and smoke tests over HTTP: before a run, after it, or as a check of a migration.",
  needs = { "http" },
  options = {
    requests = {
      type = "table", default = {},
      doc = 'A list: { name, url, method, headers, json, body, status, contains, equals, take = { id = "data.id" }, when = "before" | "after", within_ms, timeout_s, optional }.',
    },
  },
  hooks = {
    on_before_run = function()
      local failures = run_all("before", log_outcome)
      if #failures > 0 then error("a service does not answer as expected:\n" .. table.concat(failures, "\n"), 0) end
    end,
    on_after_run = function(run)
      if run.outcome ~= "done" then return end
      local failures = run_all("after", log_outcome)
      if #failures > 0 then error("after the run, a service does not answer as expected:\n" .. table.concat(failures, "\n"), 0) end
    end,
  },
  checks = {
    http = {
      summary = "Passes when an HTTP request is answered as expected.",
      fields = request_fields,
      doing = "Asking {url}",
      ok = "{url} answers",
      failed = "{url} does not answer as expected: {problem}",
      run = function(request)
        local problem = problem_of(request, {})
        return { passed = problem == nil, values = { url = request.url, problem = problem } }
      end,
    },
  },
  commands = {
    ["http-checks"] = {
      summary = "Run all requests now.",
      usage = "[before | after]",
      run = function(words)
        local failures = run_all(words[1], function(request, problem)
          print(("%s %s%s"):format(log.mark(not problem), title(request), problem and ": " .. problem or ""))
        end)
        return #failures == 0 and 0 or 6
      end,
    },
  },
}
