--- migrate to uuid
local m = migration {
  revision = "0ddc0de00002",
  revises  = "0ddc0de00001",
  title    = "UUID keys for users, journals, tags, reminders and secret_tags",
  breaking = "Ids are UUIDs in the API from now on.",
  downtime = true,
}

local tables = { "users", "journals", "tags", "reminders", "secret_tags" }

-- `declared` tells whether the integer column had a foreign key; afterwards all have one.
local references = {
  { table = "journals", column = "user_id", to = "users", not_null = true, on_delete = "cascade", declared = false, index = true },
  { table = "tags", column = "user_id", to = "users", not_null = true, on_delete = "cascade", declared = true },
  { table = "reminders", column = "user_id", to = "users", not_null = true, on_delete = "cascade", declared = true },
  { table = "reminders", column = "journal_id", to = "journals", not_null = false, on_delete = "set null", declared = true },
  { table = "secret_tags", column = "tag_id", to = "tags", not_null = true, on_delete = "cascade", declared = true },
}

-- gen_random_uuid() came into the server with 13; no extension is needed.
m.preflight = { check.server_version { min = 13 } }
for _, ref in ipairs(references) do
  table.insert(m.preflight, check.references {
    table = ref.table, columns = { ref.column }, ref_table = ref.to,
    failed = "Found {count} orphans: " .. ref.table .. "." .. ref.column .. " leads to no row of " .. ref.to .. ".",
    advice = ("waxwing check orphans %s.%s %s.id    prints the statement that removes them"):format(ref.table, ref.column, ref.to),
  })
end

--- Gives ref.column the type, with the value of `key` in the row that it leads to by `old_key`.
local function repoint(ref, type, key, old_key)
  op.add_column { table = ref.table, name = "new_key", type = type }
  db.execute(db.format("update %I r set new_key = t.%I from %I t where t.%I = r.%I", ref.table, key, ref.to, old_key, ref.column))
  op.drop_column { table = ref.table, name = ref.column }
  op.rename_column { table = ref.table, name = "new_key", to = ref.column }
  if ref.not_null then op.alter_column { table = ref.table, name = ref.column, not_null = true } end
end

local function link(ref)
  op.create_foreign_key { table = ref.table, columns = { ref.column }, references = ref.to, on_delete = ref.on_delete }
end

-- The integers stay as legacy_id, which new rows get too: that is what the way back stands on.
function m.upgrade()
  for _, name in ipairs(tables) do
    op.rename_column { table = name, name = "id", to = "legacy_id" }
    op.add_column { table = name, name = "id", type = "uuid", not_null = true, default = "gen_random_uuid()" }
  end
  for _, ref in ipairs(references) do repoint(ref, "uuid", "id", "legacy_id") end
  for _, name in ipairs(tables) do
    op.drop_constraint { table = name, name = name .. "_pkey" }
    op.create_primary_key { table = name, columns = { "id" }, name = name .. "_pkey" }
    op.create_unique_constraint { table = name, columns = { "legacy_id" }, name = "uq_" .. name .. "_legacy_id" }
  end
  for _, ref in ipairs(references) do
    link(ref)
    if ref.index then op.create_index { table = ref.table, columns = { ref.column } } end
  end
end

m.verify = { check.references { all = true } }
for _, name in ipairs(tables) do
  table.insert(m.verify, check.column { table = name, name = "id", type = "uuid", not_null = true })
end

function m.downgrade()
  for _, ref in ipairs(references) do repoint(ref, "integer", "legacy_id", "id") end
  for _, name in ipairs(tables) do
    op.drop_column { table = name, name = "id" }
    op.drop_constraint { table = name, name = "uq_" .. name .. "_legacy_id" }
    op.rename_column { table = name, name = "legacy_id", to = "id" }
    op.create_primary_key { table = name, columns = { "id" }, name = name .. "_pkey" }
  end
  for _, ref in ipairs(references) do
    if ref.declared then link(ref) end
    if ref.index then op.create_index { table = ref.table, columns = { ref.column } } end
  end
end

return m
