-- A table exists.
return {
  name = "table",
  summary = "Passes when a table exists.",
  fields = {
    { name = "name", type = "string", required = true, doc = "Table that must be there." },
    { name = "schema", type = "string", doc = "Its schema; found by search_path otherwise." },
  },
  doing = "Checking table {name}",
  ok = "Table {name} exists",
  failed = "Table {name} does not exist.",
  run = function(self) return { passed = schema.has_table(self.name, self.schema), values = { name = self.name } } end,
}
