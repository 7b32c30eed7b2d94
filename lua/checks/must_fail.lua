-- A statement that must be refused is tried, and undone whatever happens.
return {
  name = "must_fail",
  summary = "Passes when the server refuses a statement, by the constraint that is named; it runs in a savepoint and leaves no rows.",
  fields = {
    { name = "sql", type = "string", required = true, doc = "Statement that must fail." },
    { name = "constraint", type = "string", doc = "Constraint that must be the reason." },
    { name = "sqlstate", type = "string", doc = "SQLSTATE that must be the reason, such as 23505." },
  },
  doing = "Trying what must fail",
  ok = "It is refused",
  failed = "{problem}",
  run = function(self, tools)
    local tried = tools.try(self.sql)
    if tried.skipped then return tried.skipped end
    local err = tried.error
    if not err then return { passed = false, values = { problem = "It was accepted, and must be refused." }, lines = { self.sql } } end
    if self.constraint and err.constraint ~= self.constraint or self.sqlstate and err.sqlstate ~= self.sqlstate then
      return {
        passed = false, lines = { err.message },
        values = { problem = ("It was refused, but not by %s."):format(self.constraint or self.sqlstate) },
      }
    end
    return { passed = true }
  end,
}
