-- A constraint is tried on copies of a row that is there: one must be refused by it, others must pass. How, is a file of
-- probes/ for each kind of constraint.
local kinds = { u = "unique", p = "unique", f = "foreign_key", c = "check" }

local function kind_of(self, relation)
  if self.column then return "not_null" end
  if self.columns then return "unique" end
  local type = db.value("select contype::text from pg_constraint where conrelid = to_regclass($1)::oid and conname = $2", relation, self.constraint)
  return kinds[type] or "unique"
end

return {
  name = "probe",
  summary = "Tries a constraint: a copy of a row with a wrong value must be refused by it, a copy with a right one must pass. Unique constraints and indexes, foreign keys, check constraints, NOT NULL. Runs in a savepoint and leaves no rows; says so when there is no row to copy, or triggers would run.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table that it is on." },
    { name = "constraint", type = "string", doc = "Constraint or unique index to try." },
    { name = "columns", type = "string[]", doc = "Columns of a unique constraint, in place of its name." },
    { name = "column", type = "string", doc = "NOT NULL column to try." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Trying a constraint of {table}",
  ok = "{name} refuses {refused}{passes}",
  failed = "{problem}",
  run = function(self, tools)
    if not self.constraint and not self.columns and not self.column then tools.fail('check.probe: missing key "constraint"') end
    local relation = tools.relation(self)
    local kind = tools.load("probes/" .. kind_of(self, relation))
    local found = kind.find(self, relation)
    if not found then
      local named = self.column and "column " .. self.column or self.columns and ("unique constraint (%s)"):format(table.concat(self.columns, ", ")) or "constraint " .. self.constraint
      return { passed = false, missing = true, values = { problem = ("There is no %s on %s."):format(named, self.table) } }
    end
    local answer = {}
    function answer.not_tried(why) return { passed = true, ok = ("%s was not tried: %s"):format(found.name, why), skipped = true } end
    function answer.wrong(problem, sql) return { passed = false, values = { problem = problem }, lines = { sql } } end
    function answer.right(refused, passes)
      return { passed = true, values = { name = found.name, refused = refused, passes = #passes > 0 and "; lets pass: " .. table.concat(passes, ", ") or "" } }
    end
    local row, why_not = tools.load("probes/row").of(tools, relation, self.table)
    if why_not then return answer.not_tried(why_not) end
    local outcome = kind.run(found, row, answer)
    outcome.tried = row.tried
    return outcome
  end,
}
