--- Tells a webhook how a run ended.

local function is_wanted(outcome)
  for _, each in ipairs(options.on) do
    if each == outcome then return true end
  end
  return false
end

local function sentence(run)
  local where = run.database.name .. (run.environment ~= "" and " (" .. run.environment .. ")" or "")
  if run.outcome == "done" then
    return ("waxwing: %s of %s done: %s -> %s, %d revision%s, %.1f s"):format(
      run.command, where, run.from, run.to, run.count, run.count == 1 and "" or "s", run.milliseconds / 1000)
  end
  return ("waxwing: %s of %s %s: %s; database is at %s"):format(run.command, where, run.outcome, run.error.message, run.to)
end

return plugin {
  name = "notify",
  version = "1.0.0",
  api = 1,
  summary = "Posts to a webhook when a run ends.",
  needs = { "http" },
  options = {
    url = { type = "string", required = true, secret = true, doc = "The webhook." },
    on = { type = "string[]", default = { "done", "failed", "interrupted" }, doc = "Which outcomes to tell." },
    headers = { type = "table", default = {}, doc = "Headers by name." },
    text_only = { type = "boolean", default = false, doc = "Send { text = ... } alone, as chat services want it." },
  },
  hooks = {
    on_after_run = function(run)
      if not is_wanted(run.outcome) then return end
      local message = { text = sentence(run) }
      if not options.text_only then
        for _, key in ipairs { "run", "command", "target", "outcome", "from", "to", "count", "milliseconds", "environment" } do
          message[key] = run[key]
        end
        message.database = run.database.name
        message.error = run.error and run.error.message
      end
      local headers = {}
      for name, value in pairs(options.headers) do headers[name] = value end
      local response = http.post(options.url, { json = message, headers = headers })
      if response.status >= 300 then error(("the webhook answered with status %d"):format(response.status), 0) end
    end,
  },
}
