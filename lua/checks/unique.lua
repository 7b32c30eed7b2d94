-- No two rows share the values of these columns.
return {
  name = "unique",
  summary = "Passes when no two rows share the values of some columns; shows duplicate groups with their ids.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table to look at." },
    { name = "columns", type = "string[]", required = true, doc = "Columns that must be unique together." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
    { name = "where", type = "string", doc = "Only rows for which this SQL condition holds." },
    { name = "id", type = "string", doc = "Column that tells the rows of a group apart; id where the table has it." },
    { name = "nulls_not_distinct", type = "boolean", doc = "Count NULLs as equal." },
  },
  doing = "Checking that {table} ({columns}) is unique",
  ok = "No duplicates",
  failed = "Found {count} groups of duplicates in {table}.",
  run = function(self, tools)
    local id = self.id or (schema.has_column(self.table, "id", self.schema) and "id") or nil
    local names = tools.names(self.columns)
    local where = {}
    if self.where then where[1] = "(" .. self.where .. ")" end
    if not self.nulls_not_distinct then
      for _, column in ipairs(self.columns) do where[#where + 1] = db.format("%I is not null", column) end
    end
    local ids = id and db.format(", (array_agg(%I order by %I))[1:10] as ids", id, id) or ""
    local sql = ("select %s, count(*) as rows%s from %s%s group by %s having count(*) > 1"):format(
      names, ids, tools.relation(self), #where > 0 and " where " .. table.concat(where, " and ") or "", names)
    return tools.no_rows(self, sql, { table = self.table })
  end,
}
