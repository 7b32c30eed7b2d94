-- A column has no NULL.
return {
  name = "not_null",
  summary = "Passes when a column holds no NULL.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table to look at." },
    { name = "column", type = "string", required = true, doc = "Column that must be filled." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Checking {table}.{column} for NULL",
  ok = "No NULL found",
  failed = "Found {count} rows of {table} with NULL {column}.",
  run = function(self, tools)
    local sql = ("select * from %s where %s"):format(tools.relation(self), db.format("%I is null", self.column))
    return tools.no_rows(self, sql, { table = self.table, column = self.column })
  end,
}
