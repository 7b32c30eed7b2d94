-- A statement that must work is tried, and undone whatever happens.
return {
  name = "must_pass",
  summary = "Passes when the server accepts a statement; it runs in a savepoint and leaves no rows.",
  fields = { { name = "sql", type = "string", required = true, doc = "Statement that must work." } },
  doing = "Trying what must pass",
  ok = "It is accepted",
  failed = "It was refused, and must be accepted.",
  run = function(self, tools)
    local tried = tools.try(self.sql)
    if tried.skipped then return tried.skipped end
    if tried.error then return { passed = false, lines = { tried.error.message } } end
    return { passed = true }
  end,
}
