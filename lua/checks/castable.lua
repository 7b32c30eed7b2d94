-- Every value of a column can become another type, its range included.
local integers = { smallint = 2, int2 = 2, integer = 4, int = 4, int4 = 4, bigint = 8, int8 = 8 }
local bounds = {
  [2] = { "-32768", "32767" },
  [4] = { "-2147483648", "2147483647" },
  [8] = { "-9223372036854775808", "9223372036854775807" },
}
local patterns = {
  uuid = [[^\s*\{?[0-9a-fA-F]{4}(-?[0-9a-fA-F]{4}){7}\}?\s*$]],
  numeric = [[^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$]],
  boolean = [[^\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)\s*$]],
  date = [[^\s*\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\s*$]],
}
patterns.decimal = patterns.numeric

-- SQL that is true where the text `value` cannot be cast. PostgreSQL evaluates CASE in order, so the range is looked at for digits only.
local function condition(value, type)
  local size = integers[type]
  if size then
    return ([[case when %s ~ '^\s*[+-]?\d+\s*$' then %s::numeric not between '%s' and '%s' else true end]]):format(value, value, bounds[size][1], bounds[size][2])
  end
  local operator = type == "boolean" and "!~*" or "!~"
  return patterns[type] and ("%s %s '%s'"):format(value, operator, patterns[type])
end

return {
  name = "castable",
  summary = "Passes when every value of a column can be cast to a type; for integers the range counts too.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table to look at." },
    { name = "column", type = "string", required = true, doc = "Column whose values will be cast." },
    { name = "type", type = "string", required = true, doc = "smallint, integer, bigint, numeric, uuid, boolean or date." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Validating {column} can be cast to {type}",
  ok = "All values can be cast",
  failed = "Found {count} values that cannot be cast to {type}.",
  run = function(self, tools)
    local type = self.type:lower()
    local column = db.format("%I", self.column)
    local bad = condition(column .. "::text", type)
    if not bad then tools.fail(('check.castable: type "%s" is not supported; types are smallint, integer, bigint, numeric, uuid, boolean, date'):format(self.type)) end
    local sql = ("select %s from %s where %s is not null and (%s)"):format(column, tools.relation(self), column, bad)
    return tools.no_rows(self, sql, { type = self.type, column = self.column, table = self.table })
  end,
}
