-- Whatever a Lua function finds out.
return {
  name = "that",
  summary = "Passes when a Lua function returns true; it may return false and a message, or false, a message and a list of lines.",
  fields = { { name = "test", type = "function", required = true, doc = "Function that decides; it may use db and schema." } },
  doing = "Running a check of the migration's own",
  ok = "It holds",
  failed = "{message}",
  run = function(self)
    local passed, message, lines = self.test()
    return { passed = passed == true, values = { message = message or "the check returned " .. tostring(passed) }, lines = lines }
  end,
}
