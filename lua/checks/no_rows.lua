-- The query that looks for trouble finds nothing.
return {
  name = "no_rows",
  summary = "Passes when a query finds no rows; the rows it finds are the trouble.",
  fields = { { name = "sql", type = "string", required = true, doc = "Query for offending rows." } },
  doing = "Checking that a query finds no rows",
  ok = "No offending rows",
  failed = "Found {count} offending rows.",
  run = function(self, tools) return tools.no_rows(self, self.sql) end,
}
