--- Stops what uses the database before a run and starts it afterwards; tells who is still connected.

local function run_all(commands, doing)
  for _, command in ipairs(commands) do
    log.info(("%s: %s"):format(doing, command))
    local result = shell.run(command, { timeout_s = options.timeout_s })
    if result.timed_out then error(("%s took longer than %g s: %s"):format(doing, options.timeout_s, command), 0) end
    if result.status ~= 0 then
      error(("%s failed with status %d: %s\n%s"):format(doing, result.status, command, result.err ~= "" and result.err or result.out), 0)
    end
  end
end

-- Their time, their status and the end of what they print stand in the report; a run that is done stays done.
local function run_load_tests()
  for _, command in ipairs(options.load_tests) do
    log.info("load test: " .. command)
    local result = shell.run(command, { timeout_s = options.load_test_s })
    local lines = {}
    for line in (result.out .. result.err):gmatch("[^\n]+") do lines[#lines + 1] = line end
    while #lines > 20 do table.remove(lines, 1) end
    local passed = result.status == 0 and not result.timed_out
    local text = result.timed_out and ("took longer than %g s"):format(options.load_test_s) or ("ended with status %d"):format(result.status)
    if not passed then log.warn("the load test " .. text .. ": " .. command) end
    report.add { title = "load test: " .. command, passed = passed, text = text, lines = lines, milliseconds = result.milliseconds }
  end
end

local function other_sessions()
  return db.rows([[
    select pid, coalesce(usename, '') as "user", application_name as application, coalesce(client_addr::text, 'local') as client, coalesce(state, '') as state
    from pg_catalog.pg_stat_activity
    where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid() and backend_type = 'client backend'
    order by backend_start
  ]])
end

local function describe(session)
  return ('pid %d, user %s, application "%s", client %s, %s'):format(session.pid, session.user, session.application, session.client, session.state)
end

local function report_sessions()
  if options.sessions == "ignore" then return end
  local lines = {}
  for _, session in ipairs(other_sessions()) do
    if session.application ~= "waxwing" then lines[#lines + 1] = "  " .. describe(session) end
  end
  if #lines == 0 then return log.info("nobody else is connected") end
  local text = ("%d other session%s still connected:\n%s"):format(#lines, #lines == 1 and " is" or "s are", table.concat(lines, "\n"))
  if options.sessions == "fail" then error(text, 0) end
  log.warn(text)
end

return plugin {
  name = "services",
  version = "1.0.0",
  api = 1,
  summary = "Stops services before a run, starts them after it, and tells who is still connected.",
  needs = { "shell", "database" },
  options = {
    stop = { type = "string[]", default = {}, doc = "Commands before a run; one that fails stops the run." },
    start = { type = "string[]", default = {}, doc = "Commands after a run." },
    start_after = { type = "string", default = "always", doc = '"always", or "done": only after a run that succeeded.' },
    sessions = { type = "string", default = "warn", doc = 'What other sessions mean: "warn", "fail" or "ignore".' },
    load_tests = { type = "string[]", default = {}, doc = "Commands after a run that is done, when the services are up again, such as locust --headless; the report has what they say." },
    load_test_s = { type = "number", default = 600, doc = "Time that a load test may take, in seconds." },
    timeout_s = { type = "number", default = 120, doc = "Time that a command may take, in seconds." },
  },
  hooks = {
    on_before_run = function()
      run_all(options.stop, "stopping services")
      report_sessions()
    end,
    on_after_run = function(run)
      if run.outcome == "done" or options.start_after ~= "done" then run_all(options.start, "starting services") end
      if run.outcome == "done" then run_load_tests() end
    end,
  },
  commands = {
    services = {
      summary = "Stop or start the services, or list the other sessions.",
      usage = "stop | start | sessions",
      run = function(words)
        if words[1] == "stop" then
          run_all(options.stop, "stopping services")
        elseif words[1] == "start" then
          run_all(options.start, "starting services")
        elseif words[1] == "sessions" then
          for _, session in ipairs(other_sessions()) do print(describe(session)) end
        else
          error("usage: waxwing services stop | start | sessions", 0)
        end
      end,
    },
  },
}
