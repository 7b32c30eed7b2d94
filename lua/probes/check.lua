-- A check constraint: a copy of a row for which it is false must be refused by it, the row itself must pass. Which value
-- makes it false is asked of the server: some are tried that lie near the constants of the expression, or at the ends
-- of the type.
local most_tried = 3

local function find_check(self, relation)
  return db.row([[
    select conname::text as name, pg_get_expr(conbin, conrelid) as expression,
           array(select a.attname::text from unnest(conkey) n join pg_attribute a on a.attrelid = conrelid and a.attnum = n order by a.attnum) as columns
    from pg_constraint where contype = 'c' and conrelid = to_regclass($1)::oid and conname = $2]], relation, self.constraint)
end

local limits = { int2 = 32767, int4 = 2147483647, int8 = 9007199254740991 }

-- What may make the expression false in the place of a column, as SQL over the row r.
local function candidates(column, check, row)
  local list = {}
  local function add(format, ...) list[#list + 1] = format:format(...) end
  local own = db.format("r.%I", column.name)
  if not column.not_null then add("null") end
  if column.category == "N" then
    local is_whole, limit = limits[column.type] ~= nil, limits[column.type] or column.numeric_limit or math.huge
    local function number(value)
      if math.abs(value) <= limit and (not is_whole or value == math.floor(value)) then add("%s", ("%.14g"):format(value)) end
    end
    for _, value in ipairs { -1, 0, 1, 1000000 } do number(value) end
    for text in check.expression:gmatch("%d+%.?%d*") do
      for _, step in ipairs { -1, 0, 1 } do
        number(tonumber(text) + step)
        number(-tonumber(text) + step)
      end
    end
  elseif column.category == "S" then
    for _, value in ipairs { "''", "' '", "'?'", "'A'", "'a'", "repeat('x', 1000)" } do add("left(%s, %d)", value, column.length or 1000) end
    for _, format in ipairs { "upper(%s)", "lower(%s)", "left(%s, 1)" } do add(format, own) end
  elseif column.category == "D" and column.type ~= "time" and column.type ~= "timetz" then
    for _, value in ipairs { "0001-01-01", "1970-01-01", "9999-12-31" } do add("'%s'::%s", value, column.type) end
    for text in check.expression:gmatch("%d%d%d%d%-%d%d%-%d%d") do
      for _, step in ipairs { -1, 0, 1 } do add("(date '%s' + %d)::%s", text, step, column.type) end
    end
  elseif column.category == "B" then
    add("true")
    add("false")
  elseif column.category == "A" then
    add("'{}'::%s", column.full_type)
  elseif column.type == "json" or column.type == "jsonb" then
    for _, value in ipairs { "null", "{}", "[]", "0" } do add("'%s'::%s", value, column.type) end
  end
  -- Checks that compare two columns.
  for _, name in ipairs(check.columns) do
    local other = row.by_name[name]
    if name ~= column.name and other and other.type == column.type then
      local value = db.format("r.%I", name)
      add("%s", value)
      if column.category == "N" then
        add("%s + 1", value)
        add("%s - 1", value)
      elseif column.type == "date" then
        add("%s + 1", value)
        add("%s - 1", value)
      elseif column.category == "D" then
        add("%s + interval '1 day'", value)
        add("%s - interval '1 day'", value)
      end
    end
  end
  return list
end

-- Up to `most_tried` values of a column that make the check false, as { shown =, sql = }.
local function find_violations(column, check, row)
  local list = candidates(column, check, row)
  local branches = {}
  for i, value in ipairs(list) do
    local names, outputs = row:copied { [column.name] = ("(%s)::%s"):format(value, column.full_type) }
    for n, name in ipairs(names) do outputs[n] = outputs[n] .. " as " .. name end
    branches[i] = ("(select %d as waxwing_n, %s from %s r)"):format(i, table.concat(outputs, ", "), row.source)
  end
  if #branches == 0 then return {} end
  local found = {}
  db.savepoint(function()
    found = db.rows(("select waxwing_n as n, coalesce(left(%s::text, 20), 'NULL') as shown from (%s) %s where (%s) is false order by 1 limit %d"):format(
      db.format("%I", column.name), table.concat(branches, " union all "), db.format("%I", row.name), check.expression, most_tried))
  end)
  local violations = {}
  for i, each in ipairs(found) do
    violations[i] = { shown = ("%s = %s"):format(column.name, each.shown == "" and "''" or each.shown), sql = ("(%s)::%s"):format(list[each.n], column.full_type) }
  end
  return violations
end

return {
  find = find_check,
  run = function(check, row, answer)
    if not row:choose {} then return answer.not_tried(row.name .. " has no row to copy") end
    local function copy(values)
      return not row:step_aside(values, {}) and values
    end
    local why
    for _, name in ipairs(check.columns) do
      local column = row.by_name[name]
      for _, violation in ipairs(column and find_violations(column, check, row) or {}) do
        local values = copy { [name] = violation.sql }
        if values then
          local err, skipped = row:try(values)
          if skipped then return skipped end
          if not err then return answer.wrong(("%s is accepted: %s does not hold."):format(violation.shown, check.name), row:insert(values)) end
          if err.sqlstate == "23514" and err.constraint == check.name then
            local same = copy {}
            local refusal = same and row:try(same)
            if refusal and refusal.constraint == check.name then return answer.wrong(check.name .. " refuses a row that is there.", row:insert(same)) end
            return answer.right(violation.shown, same and not refusal and { "a row that is there" } or {})
          end
          why = why or err.message
        end
      end
    end
    return answer.not_tried(why or "no value was found that it refuses")
  end,
}
