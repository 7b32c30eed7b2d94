-- A column exists, with the type and nullability it should have.
return {
  name = "column",
  summary = "Passes when a table has a column, of this type and nullability where they are given.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table to look at." },
    { name = "name", type = "string", required = true, doc = "Column that must be there." },
    { name = "type", type = "string", doc = "Its type, as format_type() writes it or any alias (int4, varchar)." },
    { name = "not_null", type = "boolean", doc = "Whether it must, or must not, be NOT NULL." },
    { name = "default", type = "string", doc = "Its default, as PostgreSQL prints it." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Checking column {table}.{name}",
  ok = "Column {table}.{name} is as expected",
  failed = "Column {table}.{name} {problem}.",
  run = function(self)
    local values = { table = self.table, name = self.name }
    local found
    for _, column in ipairs(schema.columns(self.table, self.schema)) do
      if column.name == self.name then found = column end
    end
    local expected = self.type and db.value("select pg_catalog.format_type(pg_catalog.to_regtype($1), null)", (self.type:gsub("%b()", "")))
    if not found then
      values.problem = "does not exist"
    elseif self.type and found.type ~= self.type and found.type:gsub("%b()", "") ~= expected then
      values.problem = ("has type %s, expected %s"):format(found.type, self.type)
    elseif self.type and self.type:find("%(") and found.type:match("%b()") ~= self.type:match("%b()") then
      values.problem = ("has type %s, expected %s"):format(found.type, self.type)
    elseif self.not_null ~= nil and found.not_null ~= self.not_null then
      values.problem = found.not_null and "is NOT NULL" or "is nullable"
    elseif self.default and found.default ~= self.default then
      values.problem = ("has default %s, expected %s"):format(tostring(found.default), self.default)
    end
    return { passed = values.problem == nil, values = values }
  end,
}
