-- An index exists and can be used.
return {
  name = "index",
  summary = "Passes when an index exists, is valid, and is unique where that is asked.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table it is on." },
    { name = "name", type = "string", required = true, doc = "Index that must be there." },
    { name = "unique", type = "boolean", doc = "Whether it must, or must not, be unique." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Checking index {name}",
  ok = "Index {name} is in place",
  failed = "Index {name} {problem}.",
  run = function(self)
    local values = { name = self.name, problem = "does not exist" }
    for _, index in ipairs(schema.indexes(self.table, self.schema)) do
      if index.name == self.name then
        values.problem = nil
        if not index.valid then values.problem = "is not valid" end
        if self.unique ~= nil and index.unique ~= self.unique then values.problem = index.unique and "is unique" or "is not unique" end
      end
    end
    return { passed = values.problem == nil, values = values }
  end,
}
