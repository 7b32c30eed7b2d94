-- A unique constraint is tried on a copy of a row that is there: the same key must be refused, another must pass. Every
-- value of the copy is given, so that no sequence advances.

local whole = { int2 = 32766, int4 = 2147483646, int8 = 9007199254740991 }

-- SQL for a value that no other row is likely to have, without looking at the rows: there may be millions.
local function fresh(column)
  local type = column.type
  if whole[type] then return ("(-1 - floor(random() * %.0f))::%s"):format(whole[type], type) end
  if column.category == "N" then return "-1 - floor(random() * 1000000000)" end
  if column.category == "S" then return ("left(md5(random()::text), %d)"):format(column.length or 32) end
  if type == "uuid" then return "gen_random_uuid()" end
  if type == "bytea" then return "decode(md5(random()::text), 'hex')" end
  if type == "date" then return "date '5000-01-01' + floor(random() * 300000)::integer" end
  if type:match("^timestamp") then return "timestamp '5000-01-01' + random() * interval '300000 days'" end
end

local function find_index(self, relation)
  local wanted = self.constraint and "x.relname = $2" or
    "array_to_string(array(select a.attname::text from unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality k(n, o) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by o), E'\\n') = $2"
  return db.row([[
    select i.indexrelid, i.indrelid, x.relname::text as name, i.indisvalid as valid, i.indexprs is not null as has_expressions,
           pg_get_expr(i.indpred, i.indrelid) as predicate, (to_jsonb(i)->>'indnullsnotdistinct')::boolean as nulls_equal,
           exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('u', 'p') and c.condeferrable) as deferrable,
           t.relkind::text as kind, t.relhasrules or t.relforcerowsecurity or
           exists (select from pg_trigger g where g.tgrelid = t.oid and not g.tgisinternal and g.tgenabled <> 'D') as has_code
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
    where i.indrelid = to_regclass($1)::oid and i.indisunique and ]] .. wanted .. " order by i.indexrelid desc limit 1",
    relation, self.constraint or table.concat(self.columns, "\n"))
end

local function find_columns(index)
  local columns = db.rows([[
    select a.attname::text as name, t.typname::text as type, t.typcategory::text as category, a.attnotnull as not_null,
           case when a.atttypmod > 4 then least(a.atttypmod - 4, 32) end as length,
           a.attnum = any (i.indkey[0:i.indnkeyatts - 1]) as is_key, a.attgenerated <> '' as generated,
           exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid and d.refobjsubid = a.attnum) as is_used, f.confrelid::regclass::text as target,
           (select r.attname::text from pg_attribute r where r.attrelid = f.confrelid and r.attnum = f.confkey[1]) as target_column,
           coalesce(cardinality(f.conkey), 0) > 1 as in_wide_key
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid join pg_type t on t.oid = a.atttypid
         left join lateral (select * from pg_constraint c where c.conrelid = i.indrelid and c.contype = 'f' and a.attnum = any (c.conkey)
                            order by cardinality(c.conkey) desc limit 1) f on true
    where i.indexrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum]], index.indexrelid)
  local by_name = {}
  for _, column in ipairs(columns) do by_name[column.name] = column end
  return columns, by_name
end

-- The other unique indexes, each with its columns, oldest first.
local function find_others(index)
  return db.rows([[
    select x.relname::text as name, array(select a.attname::text from unnest(i.indkey[0:i.indnkeyatts - 1]) k(n) join pg_attribute a
           on a.attrelid = i.indrelid and a.attnum = k.n) as columns
    from pg_index i join pg_class x on x.oid = i.indexrelid
    where i.indrelid = $1 and i.indisunique and i.indexrelid <> $2 order by 1]], index.indrelid, index.indexrelid)
end

-- Replaces what the other unique indexes would trip over; returns the name of one that cannot be kept out of the way.
local function step_aside(values, others, by_name, keeps)
  for _, other in ipairs(others) do
    local is_aside = false
    for _, name in ipairs(other.columns) do is_aside = is_aside or values[name] ~= nil end
    for _, name in ipairs(other.columns) do
      local column = by_name[name]
      if not is_aside and column and not keeps[name] and not column.target then
        values[name] = fresh(column)
        is_aside = values[name] ~= nil
      end
    end
    if not is_aside then return other.name end
  end
end

return {
  name = "probe",
  summary = "Tries a unique constraint: a copy of a row must be refused by it, a copy with another key must pass. Runs in a savepoint and leaves no rows; says so when there is no row to copy, or triggers would run.",
  fields = {
    { name = "table", type = "string", required = true, doc = "Table that it is on." },
    { name = "constraint", type = "string", doc = "Unique constraint or unique index to try." },
    { name = "columns", type = "string[]", doc = "Its columns, in place of its name." },
    { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
  },
  doing = "Trying a unique constraint of {table}",
  ok = "{name} refuses a duplicate{passes}",
  failed = "{problem}",
  run = function(self, tools)
    if not self.constraint and not self.columns then tools.fail('check.probe: missing key "constraint"') end
    local relation = tools.relation(self)
    local index = find_index(self, relation)
    local named = self.constraint or ("%s (%s)"):format(self.table, table.concat(self.columns, ", "))
    if not index then return { passed = false, missing = true, values = { problem = ("There is no unique constraint %s on %s."):format(named, self.table) } } end
    local function not_tried(why) return { passed = true, ok = ("%s was not tried: %s"):format(index.name, why), skipped = true } end
    if index.kind ~= "r" and index.kind ~= "p" or index.has_code then return not_tried("triggers, rules or row security of " .. self.table .. " would run") end

    local columns, by_name = find_columns(index)
    local others = find_others(index)
    -- What the index reads stays as it is in a duplicate: keys, and columns of its expressions and its condition.
    local keys, kept, conditions = {}, {}, {}
    for i = #columns, 1, -1 do
      local column = columns[i]
      if column.is_key then table.insert(keys, 1, column.name) end
      if column.is_key or column.is_used then kept[column.name] = true end
      if column.generated then
        if kept[column.name] then return not_tried(column.name .. " is generated") end
        by_name[column.name] = nil
        table.remove(columns, i)
      end
    end
    for _, key in ipairs(db.rows("select pg_get_indexdef(i.indexrelid, n, true) as sql from pg_index i, generate_series(1, i.indnkeyatts) n where i.indexrelid = $1", index.indexrelid)) do
      conditions[#conditions + 1] = "(" .. key.sql .. ") is not null"
    end
    if index.predicate then conditions[#conditions + 1] = "(" .. index.predicate .. ")" end
    local source = ("(select * from %s%s limit 1)"):format(relation, #conditions > 0 and " where " .. table.concat(conditions, " and ") or "")
    if not db.value(("select exists %s"):format(source)) then return not_tried(self.table .. " has no row to copy") end

    local prepare = index.deferrable and db.format("set constraints %s immediate",
      db.value("select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1", index.indexrelid)) or nil
    local function insert(values)
      local names, outputs = {}, {}
      for i, column in ipairs(columns) do
        names[i] = db.format("%I", column.name)
        outputs[i] = values[column.name] or "r." .. names[i]
      end
      return ("insert into %s (%s) overriding system value select %s from %s r"):format(relation, table.concat(names, ", "), table.concat(outputs, ", "), source)
    end
    -- nil when it passed, true when the index refused it, otherwise why it could not be tried.
    local function try(values, twice)
      local sql = insert(values)
      local tried = tools.try(prepare, sql, twice and sql or nil)
      if tried.skipped then return nil, tried.skipped end
      if not tried.error then return nil end
      if tried.error.sqlstate == "23505" and tried.error.constraint == index.name then return true end
      return tried.error.message
    end

    local values = {}
    local in_the_way = step_aside(values, others, by_name, kept)
    if in_the_way then return not_tried(in_the_way .. " refuses the same rows") end
    local refused, skipped = try(values)
    if skipped then return skipped end
    if refused == nil then return { passed = false, values = { problem = ("A duplicate is accepted: %s does not hold."):format(index.name) }, lines = { insert(values) } } end
    if refused ~= true then return not_tried(refused) end

    local passes = {}
    for _, name in ipairs(index.has_expressions and {} or keys) do
      local column = by_name[name]
      local other = fresh(column)
      if column.in_wide_key then other = nil
      elseif column.target then
        other = db.format("(select x.%I from %s x where x.%I <> r.%I limit 1)", column.target_column, column.target, column.target_column, name)
        if not db.value(("select %s is not null from %s r"):format(other, source)) then other = nil end
      end
      local changed = { [name] = other }
      if other and not step_aside(changed, others, by_name, kept) then
        local result = try(changed)
        if result == true then return { passed = false, values = { problem = ("%s refuses a row with another %s."):format(index.name, name) }, lines = { insert(changed) } } end
        if result == nil then passes[#passes + 1] = "another " .. name end
      end
      local empty = { [name] = "null" }
      if not column.not_null and not index.nulls_equal and not index.predicate and not step_aside(empty, others, by_name, kept) then
        local result = try(empty, true)
        if result == true then return { passed = false, values = { problem = ("%s refuses two rows with NULL %s."):format(index.name, name) }, lines = { insert(empty) } } end
        if result == nil then passes[#passes + 1] = "NULL " .. name end
      end
    end
    return { passed = true, values = { name = index.name, passes = #passes > 0 and "; lets pass: " .. table.concat(passes, ", ") or "" } }
  end,
}
