-- A unique constraint or unique index: the same key must be refused, another must pass.
local function find_index(self, relation)
  local wanted = self.constraint and "x.relname = $2" or
    "array_to_string(array(select a.attname::text from unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality k(n, o) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by o), E'\\n') = $2"
  return db.row([[
    select i.indexrelid, i.indrelid, x.relname::text as name, i.indexprs is not null as has_expressions,
           pg_get_expr(i.indpred, i.indrelid) as predicate, (to_jsonb(i)->>'indnullsnotdistinct')::boolean as nulls_equal,
           exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('u', 'p') and c.condeferrable) as deferrable
    from pg_index i join pg_class x on x.oid = i.indexrelid
    where i.indrelid = to_regclass($1)::oid and i.indisunique and ]] .. wanted .. " order by i.indexrelid desc limit 1",
    relation, self.constraint or table.concat(self.columns, "\n"))
end

-- The key's columns in the order of the table, and all that the index reads: its expressions and condition as well.
local function find_key(index)
  local keys, reads = {}, {}
  for _, column in ipairs(db.rows([[
    select a.attname::text as name, a.attnum = any (i.indkey[0:i.indnkeyatts - 1]) as is_key
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid
    where i.indexrelid = $1 and a.attnum > 0 and (a.attnum = any (i.indkey[0:i.indnkeyatts - 1]) or
          exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))
    order by a.attnum]], index.indexrelid)) do
    if column.is_key then keys[#keys + 1] = column.name end
    reads[column.name] = true
  end
  return keys, reads
end

local function conditions_of(index)
  local conditions = {}
  for _, key in ipairs(db.rows("select pg_get_indexdef(i.indexrelid, n, true) as sql from pg_index i, generate_series(1, i.indnkeyatts) n where i.indexrelid = $1", index.indexrelid)) do
    conditions[#conditions + 1] = "(" .. key.sql .. ") is not null"
  end
  if index.predicate then conditions[#conditions + 1] = "(" .. index.predicate .. ")" end
  return conditions
end

return {
  find = find_index,
  run = function(index, row, answer)
    local keys, kept = find_key(index)
    for name in pairs(row.generated) do
      if kept[name] then return answer.not_tried(name .. " is generated") end
    end
    if not row:choose(conditions_of(index)) then return answer.not_tried(row.name .. " has no row to copy") end
    local prepare = index.deferrable and db.format("set constraints %s immediate",
      db.value("select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1", index.indexrelid)) or nil
    -- nil when it passed, true when the index refused it, otherwise why it could not be tried.
    local function try(values, twice)
      local err, skipped = row:try(values, prepare, twice)
      if not err then return nil, skipped end
      return err.sqlstate == "23505" and err.constraint == index.name or err.message
    end

    local values = {}
    local in_the_way = row:step_aside(values, kept, index.indexrelid)
    if in_the_way then return answer.not_tried(in_the_way .. " refuses the same rows") end
    local refused, skipped = try(values)
    if skipped then return skipped end
    if refused == nil then return answer.wrong(("A duplicate is accepted: %s does not hold."):format(index.name), row:insert(values)) end
    if refused ~= true then return answer.not_tried(refused) end

    local passes = {}
    for _, name in ipairs(index.has_expressions and {} or keys) do
      local column = row.by_name[name]
      local other
      if column.target then other = row:other_target(column) elseif not column.in_wide_key then other = row.fresh(column) end
      local changed = { [name] = other }
      if other and not row:step_aside(changed, kept, index.indexrelid) then
        local result = try(changed)
        if result == true then return answer.wrong(("%s refuses a row with another %s."):format(index.name, name), row:insert(changed)) end
        if result == nil then passes[#passes + 1] = "another " .. name end
      end
      local empty = { [name] = "null" }
      if not column.not_null and not index.nulls_equal and not index.predicate and not row:step_aside(empty, kept, index.indexrelid) then
        local result = try(empty, true)
        if result == true then return answer.wrong(("%s refuses two rows with NULL %s."):format(index.name, name), row:insert(empty)) end
        if result == nil then passes[#passes + 1] = "NULL " .. name end
      end
    end
    return answer.right("a duplicate", passes)
  end,
}
