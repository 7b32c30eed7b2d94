-- Stands before op.retype_primary_key: a Lua function given as `using` is asked for each row, some thousands at a time,
-- and its answers are written into a temporary table, which the operation then reads.
local fail = ...
local page = 5000
local answers = "pg_temp.waxwing_new_keys"

local function find_key(args, relation)
  local keys = db.rows([[
    select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type
    from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = to_regclass($1)::oid and i.indisprimary and ($2::text is null or a.attname = $2) order by a.attnum]], relation, args.column)
  -- What is wrong with the key is for the operation to say.
  return #keys == 1 and keys[1] or nil
end

return function(args)
  local new_key = args.using
  if type(new_key) ~= "function" then return args end
  if args.strategy == "online" then
    fail('op.retype_primary_key: with strategy = "online" `using` is an SQL expression: others write rows meanwhile, and triggers cannot ask a Lua function')
  end
  local changed = {}
  for name, value in pairs(args) do changed[name] = value end
  changed.using = nil
  if type(args.table) ~= "string" or type(args.to) ~= "string" then return changed end
  local relation = args.schema and db.format("%I.%I", args.schema, args.table) or db.format("%I", args.table)
  local key = find_key(args, relation)
  if not key then return changed end

  db.execute(db.format("lock table only " .. relation .. " in access exclusive mode"))
  db.execute(("create temporary table waxwing_new_keys (waxwing_old %s primary key, waxwing_new %s)"):format(key.type, args.to))
  local column = db.format("%I", key.name)
  local select_page = ("select * from %s %%s order by %s limit %d"):format(relation, column, page)
  local last
  repeat
    local rows
    if last == nil then rows = db.rows(select_page:format("")) else rows = db.rows(select_page:format(("where %s > $1"):format(column)), last) end
    local pairs_of_keys = {}
    for i, row in ipairs(rows) do
      local answer = new_key(row)
      if answer == nil then fail(("op.retype_primary_key: `using` gives no key for %s = %s"):format(key.name, tostring(row[key.name]))) end
      pairs_of_keys[i] = { row[key.name], answer }
    end
    if #rows > 0 then
      db.copy_in("waxwing_new_keys", { "waxwing_old", "waxwing_new" }, pairs_of_keys)
      last = rows[#rows][key.name]
    end
  until #rows < page
  db.execute("analyze waxwing_new_keys")
  changed.using = ("(select n.waxwing_new from %s n where n.waxwing_old = %s)"):format(answers, column)
  return changed, function() db.execute("drop table " .. answers) end
end
