-- Variables that the application or the migration needs; what they hold is never shown.
return {
  name = "env",
  summary = "Passes when these variables are set and not empty, in the environment or in .env; their values are never shown.",
  fields = { { name = "names", type = "string[]", required = true, doc = "Variables, such as { \"DCS_API_URL\", \"DCS_TOKEN\" }." } },
  doing = "Checking for {names} in the environment",
  ok = "Set: {names}",
  failed = "Not set: {missing}.",
  run = function(self)
    local missing = {}
    for _, name in ipairs(self.names) do
      local value = env(name, "")
      if value == "" then missing[#missing + 1] = name end
    end
    return {
      passed = #missing == 0,
      values = { names = table.concat(self.names, ", "), missing = table.concat(missing, ", ") },
      advice = "export it, or write it into .env beside waxwing.lua",
    }
  end,
}
