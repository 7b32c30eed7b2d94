-- A constraint exists and has been validated.
return {
  name = "constraint",
  summary = "Passes when a table has a constraint, of this kind where it is given, and validated.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table it is on." },
    { name = "name", type = "string", required = true, doc = "Constraint that must be there." },
    { name = "kind", type = "string", doc = "primary key, unique, foreign key, check or exclude." },
    { name = "not_valid", type = "boolean", doc = "Accept one that is not validated yet." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Checking constraint {name}",
  ok = "Constraint {name} is in place",
  failed = "Constraint {name} {problem}.",
  run = function(self)
    local values = { name = self.name, problem = "does not exist" }
    for _, constraint in ipairs(schema.constraints(self.table, self.schema)) do
      if constraint.name == self.name then
        values.problem = nil
        if self.kind and constraint.kind ~= self.kind then values.problem = "is a " .. constraint.kind .. " constraint" end
        if not constraint.validated and not self.not_valid then values.problem = "is not validated" end
      end
    end
    return { passed = values.problem == nil, values = values }
  end,
}
