--- The tables that a schema should have, by group: verified, and written down as a page.

local function existing_tables()
  local found = {}
  for _, row in ipairs(db.rows([[
    select c.relname as name, coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') as comment
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname = $1
  ]], options.schema)) do
    found[row.name] = row.comment
  end
  return found
end

local function columns_of(name)
  return db.rows([[
    select a.attname as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
           coalesce(pg_catalog.col_description(a.attrelid, a.attnum), '') as comment
    from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relname = $1 and n.nspname = $2 and a.attnum > 0 and not a.attisdropped order by a.attnum
  ]], name, options.schema)
end

local function cell(text) return (text:gsub("|", "\\|"):gsub("%s+", " ")) end

local function verify()
  if #options.groups == 0 then error('no tables are expected yet: groups = { { name = "Core", tables = { "users" } } } in its entry in waxwing.lua', 0) end
  local found, missing, expected = existing_tables(), {}, 0
  for _, group in ipairs(options.groups) do
    print(("%s (%d)"):format(group.name, #group.tables))
    for _, name in ipairs(group.tables) do
      expected = expected + 1
      if not found[name] then missing[#missing + 1] = name end
      print(("  %s %s"):format(log.mark(found[name] ~= nil), name))
    end
  end
  print(("%d of %d tables are there"):format(expected - #missing, expected))
  print(#missing == 0 and "No missing tables" or "Missing: " .. table.concat(missing, ", "))
  return #missing == 0 and 0 or 7
end

local function write_page()
  local found = existing_tables()
  for _, group in ipairs(options.groups) do
    print("## " .. group.name .. "\n")
    for _, name in ipairs(group.tables) do
      print("### " .. name .. "\n")
      if not found[name] then
        print("This table is missing.\n")
      else
        if found[name] ~= "" then print(found[name] .. "\n") end
        print("| column | type | null | |\n|---|---|---|---|")
        for _, column in ipairs(columns_of(name)) do
          print(("| %s | %s | %s | %s |"):format(cell(column.name), cell(column.type), column.not_null and "no" or "yes", cell(column.comment)))
        end
        print("")
      end
    end
  end
  return 0
end

return plugin {
  name = "schema-docs",
  version = "1.0.0",
  api = 1,
  summary = "Compares the tables with the groups that are expected, and writes a page about them.",
  needs = { "database" },
  options = {
    groups = { type = "table", default = {}, doc = 'A list: { name = "Core", tables = { "users", ... } }.' },
    schema = { type = "string", default = "public", doc = "Schema of the tables." },
  },
  commands = {
    ["schema-docs"] = {
      summary = "Say which expected tables are there; with `page`, write Markdown about each.",
      usage = "[page]",
      run = function(words)
        if words[1] == "page" then return write_page() end
        return verify()
      end,
    },
  },
}
