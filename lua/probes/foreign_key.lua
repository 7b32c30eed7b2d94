-- A foreign key: a value that is not in the table it leads to must be refused, another one of that table must pass.
local function find_key(self, relation)
  return db.row([[
    select conname::text as name, confrelid::regclass::text as target, condeferrable as deferrable,
           array(select a.attname::text from unnest(conkey) with ordinality k(n, o) join pg_attribute a on a.attrelid = conrelid and a.attnum = k.n order by o) as columns,
           (select format('%I.%I', n.nspname, conname) from pg_namespace n where n.oid = connamespace) as full_name
    from pg_constraint where contype = 'f' and conrelid = to_regclass($1)::oid and conname = $2]], relation, self.constraint)
end

return {
  find = find_key,
  run = function(key, row, answer)
    local missing, kept, conditions = {}, {}, {}
    local can_miss = false
    for _, name in ipairs(key.columns) do
      local column = row.by_name[name]
      if not column then return answer.not_tried(name .. " is generated") end
      missing[name] = row.fresh(column)
      can_miss = can_miss or missing[name] ~= nil
      kept[name] = true
      conditions[#conditions + 1] = db.format("%I is not null", name)
    end
    if not can_miss then return answer.not_tried("no value is known that is not in " .. key.target) end
    if not row:choose(conditions) then return answer.not_tried(row.name .. " has no row to copy") end
    local prepare = key.deferrable and "set constraints " .. key.full_name .. " immediate" or nil
    local in_the_way = row:step_aside(missing, kept)
    if in_the_way then return answer.not_tried(in_the_way .. " refuses the same rows") end
    local err, skipped = row:try(missing, prepare)
    if skipped then return skipped end
    if not err then return answer.wrong(("A row that leads nowhere is accepted: %s does not hold."):format(key.name), row:insert(missing)) end
    if err.sqlstate ~= "23503" or err.constraint ~= key.name then return answer.not_tried(err.message) end

    local passes = {}
    local function must_pass(what, changed)
      if row:step_aside(changed, kept) then return end
      local refusal = row:try(changed, prepare)
      if not refusal then passes[#passes + 1] = what end
      return refusal and refusal.constraint == key.name and answer.wrong(("%s refuses a row with %s."):format(key.name, what), row:insert(changed))
    end
    local wrong
    if #key.columns == 1 then
      local name = key.columns[1]
      local column = row.by_name[name]
      local other = column.target and row:other_target(column)
      wrong = other and must_pass("another " .. name, { [name] = other }) or not column.not_null and must_pass("NULL " .. name, { [name] = "null" })
    end
    if #passes == 0 then wrong = wrong or must_pass("a row that is there", {}) end
    if wrong then return wrong end
    return answer.right(("a %s that is not in %s"):format(table.concat(key.columns, ", "), key.target), passes)
  end,
}
