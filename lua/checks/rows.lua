-- The query finds something, or a number of rows within bounds.
return {
  name = "rows",
  summary = "Passes when a query finds rows: at least one, or between min and max.",
  fields = {
    { name = "sql", type = "string", required = true, doc = "Query whose rows are counted." },
    { name = "min", type = "integer", doc = "Fewest rows allowed; 1 by default." },
    { name = "max", type = "integer", doc = "Most rows allowed." },
  },
  doing = "Counting rows",
  ok = "Found {count} rows",
  failed = "Found {count} rows, expected {expected}.",
  run = function(self, tools)
    local count = tools.sample(self.sql)
    local min = self.min or (self.max and 0 or 1)
    local expected = self.max and ("%d to %d"):format(min, self.max) or ("at least %d"):format(min)
    return { passed = count >= min and (not self.max or count <= self.max), values = { count = count, expected = expected } }
  end,
}
