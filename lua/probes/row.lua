-- A row of a table, to be copied with some values changed and put back in: what must be refused, what must pass.
-- Everything happens in savepoints that are undone, and every value of a copy is given, so that no sequence advances.
local Row = {}
Row.__index = Row

local whole = { int2 = 32766, int4 = 2147483646, int8 = 9007199254740991 }

-- SQL for a value that no other row is likely to have, without looking at the rows: there may be millions.
function Row.fresh(column)
  local type = column.type
  if whole[type] then return ("(-1 - floor(random() * %.0f))::%s"):format(whole[type], type) end
  if column.category == "N" then return "-1 - floor(random() * 1000000000)" end
  if column.category == "S" then return ("left(md5(random()::text), %d)"):format(column.length or 32) end
  if type == "uuid" then return "gen_random_uuid()" end
  if type == "bytea" then return "decode(md5(random()::text), 'hex')" end
  if type == "date" then return "date '5000-01-01' + floor(random() * 300000)::integer" end
  if type:match("^timestamp") then return "timestamp '5000-01-01' + random() * interval '300000 days'" end
end

-- The columns of a table whose values can be given, and by name; the others by name as well. Columns that are a foreign
-- key come with the table and column they lead to.
local function find_columns(oid)
  local columns, by_name, generated = {}, {}, {}
  for _, column in ipairs(db.rows([[
    select a.attname::text as name, t.typname::text as type, t.typcategory::text as category, a.attnotnull as not_null,
           case when a.atttypmod > 4 then least(a.atttypmod - 4, 32) end as length,
           case when t.typname = 'numeric' and a.atttypmod > 4 then power(10, ((a.atttypmod - 4) >> 16) - ((a.atttypmod - 4) & 2047))::float8 - 1 end as numeric_limit, format_type(a.atttypid, a.atttypmod) as full_type,
           a.attgenerated <> '' as generated, f.confrelid::regclass::text as target,
           (select r.attname::text from pg_attribute r where r.attrelid = f.confrelid and r.attnum = f.confkey[1]) as target_column,
           coalesce(cardinality(f.conkey), 0) > 1 as in_wide_key
    from pg_attribute a join pg_type t on t.oid = a.atttypid
         left join lateral (select * from pg_constraint c where c.conrelid = a.attrelid and c.contype = 'f' and a.attnum = any (c.conkey)
                            order by cardinality(c.conkey) desc limit 1) f on true
    where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum]], oid)) do
    if column.generated then
      generated[column.name] = true
    else
      columns[#columns + 1] = column
      by_name[column.name] = column
    end
  end
  return columns, by_name, generated
end

-- The unique indexes of a table, each with its columns.
local function find_unique_indexes(oid)
  return db.rows([[
    select i.indexrelid, x.relname::text as name, array(select a.attname::text from unnest(i.indkey[0:i.indnkeyatts - 1]) k(n) join pg_attribute a
           on a.attrelid = i.indrelid and a.attnum = k.n) as columns
    from pg_index i join pg_class x on x.oid = i.indexrelid
    where i.indrelid = $1 and i.indisunique order by 2]], oid)
end

-- Returns nothing where there is no such table, and the reason as second value where its rows must not be touched.
function Row.of(tools, relation, name)
  local found = db.row([[
    select t.oid, t.relkind::text as kind, t.relhasrules or t.relforcerowsecurity or
           exists (select from pg_trigger g where g.tgrelid = t.oid and not g.tgisinternal and g.tgenabled <> 'D') as has_code
    from pg_class t where t.oid = to_regclass($1)::oid]], relation)
  if not found then return nil, "there is no table " .. name end
  local row = setmetatable({ tools = tools, relation = relation, name = name, oid = found.oid, tried = {} }, Row)
  if found.kind ~= "r" and found.kind ~= "p" or found.has_code then return row, "triggers, rules or row security of " .. name .. " would run" end
  row.columns, row.by_name, row.generated = find_columns(found.oid)
  row.unique_indexes = find_unique_indexes(found.oid)
  return row
end

-- Takes one row that meets the conditions; false where there is none.
function Row:choose(conditions)
  self.source = ("(select * from %s%s limit 1)"):format(self.relation, #conditions > 0 and " where " .. table.concat(conditions, " and ") or "")
  return db.value("select exists " .. self.source)
end

-- The names of all columns, and the SQL of their values in a copy of r with `values` changed.
function Row:copied(values)
  local names, outputs = {}, {}
  for i, column in ipairs(self.columns) do
    names[i] = db.format("%I", column.name)
    outputs[i] = values[column.name] or "r." .. names[i]
  end
  return names, outputs
end

function Row:insert(values)
  local names, outputs = self:copied(values)
  return ("insert into %s (%s) overriding system value select %s from %s r"):format(self.relation, table.concat(names, ", "), table.concat(outputs, ", "), self.source)
end

-- Changes what the unique indexes other than `except` would trip over; returns the name of one that cannot be kept out
-- of the way. Columns of `keeps` stay as they are.
function Row:step_aside(values, keeps, except)
  for _, index in ipairs(self.unique_indexes) do
    local is_aside = index.indexrelid == except
    for _, name in ipairs(index.columns) do is_aside = is_aside or values[name] ~= nil end
    for _, name in ipairs(index.columns) do
      local column = self.by_name[name]
      if not is_aside and column and not keeps[name] and not column.target then
        values[name] = Row.fresh(column)
        is_aside = values[name] ~= nil
      end
    end
    if not is_aside then return index.name end
  end
end

-- Another value of the table that a column leads to; nothing where there is no other.
function Row:other_target(column)
  if column.in_wide_key then return nil end
  local other = db.format("(select x.%I from %s x where x.%I <> r.%I limit 1)", column.target_column, column.target, column.target_column, column.name)
  if db.value(("select %s is not null from %s r"):format(other, self.source)) then return other end
end

-- Puts a copy in, `twice` where asked, after `prepare`, and undoes it. Returns the error, or nothing when it passed;
-- second, the outcome of a check where nothing can be tried.
function Row:try(values, prepare, twice)
  local sql = self:insert(values)
  self.tried[#self.tried + 1] = sql
  local tried = self.tools.try(prepare, sql, twice and sql or nil)
  return tried.error, tried.skipped
end

return Row
