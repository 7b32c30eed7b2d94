-- A query's one value is the expected one.
return {
  name = "value",
  summary = "Passes when a query's one value equals the expected one.",
  fields = {
    { name = "sql", type = "string", required = true, doc = "Query that gives one value." },
    { name = "equals", type = "any", required = true, doc = "The value it must give; numbers and text are compared as text." },
  },
  doing = "Comparing a value",
  ok = "The value is {value}",
  failed = "The value is {value}, expected {expected}.",
  run = function(self)
    local value = db.value(self.sql)
    local expected = self.equals
    local passed = value == expected or (value ~= nil and tostring(value) == tostring(expected))
    return { passed = passed, values = { value = tostring(value), expected = tostring(expected) } }
  end,
}
