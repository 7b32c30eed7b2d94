-- Says what a migration will touch; never fails.
return {
  name = "statistics",
  summary = "Counts what a migration will affect and says so; it never fails. Entries are { \"{count} books\", \"select count(*) from books\" }.",
  fields = { { name = "intro", type = "string", doc = "Line above the counts." } },
  positional = true,
  doing = "Gathering migration statistics",
  ok = "Migration will affect:",
  run = function(self, tools)
    local lines = {}
    for i, entry in ipairs(self) do
      if type(entry) ~= "table" or type(entry[1]) ~= "string" or type(entry[2]) ~= "string" then
        tools.fail(('check.statistics: entry %d must be { "{count} things", "select count(*) ..." }'):format(i))
      end
      lines[i] = "  - " .. tools.counted(entry[1], db.value(entry[2]))
    end
    return { passed = true, ok = self.intro, lines = lines }
  end,
}
