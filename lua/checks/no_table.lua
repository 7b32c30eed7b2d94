-- A table is gone.
return {
  name = "no_table",
  summary = "Passes when there is no such table.",
  fields = {
    { name = "name", type = "string", required = true, doc = "Table that must not be there." },
    { name = "schema", type = "string", doc = "Its schema; found by search_path otherwise." },
  },
  doing = "Checking that table {name} is gone",
  ok = "Table {name} no longer exists",
  failed = "Table {name} still exists.",
  run = function(self) return { passed = not schema.has_table(self.name, self.schema), values = { name = self.name } } end,
}
