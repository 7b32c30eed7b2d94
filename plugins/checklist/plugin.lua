--- What must be done before a migration, by whom it was signed, and a gate for the run.

local function items_of(...)
  local items = {}
  for _, group in ipairs { ... } do
    for i = 2, #group do items[#items + 1] = { group = group[1], name = group[i][1], text = group[i][2] } end
  end
  return items
end

local presets = {
  ["uuid-keys"] = items_of({ "Environment",
    { "Database Backup", "Create full database backup" }, { "Application Backup", "Backup current application code" },
    { "Environment Setup", "Prepare staging environment" }, { "Dependencies", "Verify PostgreSQL UUID extension availability" },
    { "Monitoring", "Set up monitoring for migration process" },
  }, { "Testing",
    { "Unit Tests", "All tests pass in staging environment" }, { "Integration Tests", "API endpoints validated with UUID parameters" },
    { "Performance Tests", "Query performance benchmarks established" }, { "Load Tests", "Application handles expected traffic with UUIDs" },
  }, { "Team",
    { "Team Training", "Development team familiar with UUID implementation" }, { "Documentation", "All team members have access to documentation" },
    { "Communication", "Stakeholders notified of migration schedule" }, { "Rollback Plan", "Team understands rollback procedures" },
  }, { "Clients",
    { "API Clients", "All client applications updated to handle UUIDs" }, { "Mobile Apps", "Mobile applications updated and tested" },
    { "Web Frontend", "Frontend applications updated and tested" }, { "Third-party Integrations", "External integrations updated" },
  }),
  deployment = items_of({ "Before deploying to production",
    { "Backup", "Backup database" }, { "Duplicates", "Run duplicate checker" }, { "Staging", "Test migration on staging environment" },
    { "SQL review", "Review migration SQL (waxwing upgrade REV --sql)" }, { "Window", "Plan maintenance window (minimal downtime)" },
    { "Users", "Notify users of maintenance" }, { "Low traffic", "Apply migration during low-traffic period" },
    { "Constraints", "Verify constraints after migration" }, { "Tests", "Run test suite" },
    { "Logs", "Monitor application logs" }, { "Rollback", "Have rollback plan ready" },
  }),
}

local function all_items()
  local items = {}
  if options.preset then
    if not presets[options.preset] then error(('there is no preset "%s"; there are deployment and uuid-keys'):format(options.preset), 0) end
    for _, item in ipairs(presets[options.preset]) do items[#items + 1] = item end
  end
  -- An item of the same name takes the place of the preset's.
  for _, item in ipairs(options.items) do
    local place = #items + 1
    for i, each in ipairs(items) do
      if each.name == item.name then place = i; item.group = item.group or each.group; item.text = item.text or each.text end
    end
    items[place] = item
  end
  return items
end

local function signatures_table() return db.format("%I.checklist", project.ledger_schema) end

local function signatures(revision)
  local signed = {}
  if not db.value("select to_regclass($1) is not null", signatures_table()) then return signed end
  for _, row in ipairs(db.rows("select item, signed_by, to_char(signed_at, 'YYYY-MM-DD HH24:MI') as at, note from " .. signatures_table() .. " where revision = $1", revision)) do
    signed[row.item] = row
  end
  return signed
end

-- done (true, false), and by what.
local function state_of(item, signed)
  if item.command then
    local result = shell.run(item.command, { timeout_s = item.timeout_s or 600 })
    return result.status == 0, result.status == 0 and "command" or ("command ended with status %d"):format(result.status)
  elseif item.sql then
    return db.value(item.sql) == true, "query"
  end
  local signature = signed[item.name]
  if signature then return true, ("signed by %s, %s%s"):format(signature.signed_by, signature.at, signature.note ~= "" and ": " .. signature.note or "") end
  return false, "to be signed"
end

-- The names of the items that are not done; `say` is told of each.
local function open_items(revision, say)
  local signed, open = signatures(revision), {}
  for _, item in ipairs(all_items()) do
    local done, how = state_of(item, signed)
    if not done and not item.optional then open[#open + 1] = item.name end
    say(item, done, how)
  end
  return open
end

local function sign(revision, name, by, note)
  local known = false
  for _, item in ipairs(all_items()) do
    if item.name == name then
      known = true
      if item.command or item.sql then error(('"%s" is looked at by itself; there is nothing to sign'):format(name), 0) end
    end
  end
  if not known then error(('the checklist has no item "%s"'):format(name), 0) end
  db.execute("create table if not exists " .. signatures_table() .. [[ (
    revision text not null, item text not null, signed_by text not null, note text not null default '',
    signed_at timestamptz not null default pg_catalog.clock_timestamp(), primary key (revision, item))]])
  db.execute("insert into " .. signatures_table() .. [[ (revision, item, signed_by, note) values ($1, $2, $3, $4)
    on conflict (revision, item) do update set signed_by = excluded.signed_by, note = excluded.note, signed_at = pg_catalog.clock_timestamp()]], revision, name, by, note)
  print(("%s %s: signed by %s"):format(log.mark(true), name, by))
end

local function list(revision)
  local group
  local open = open_items(revision, function(item, done, how)
    if item.group ~= group then group = item.group; print(group or "Checklist") end
    print(("  %s %s: %s (%s)"):format(log.mark(done), item.name, item.text or item.command or item.sql or "", how))
  end)
  print(#open == 0 and "Everything is done." or ("%d open: %s"):format(#open, table.concat(open, ", ")))
  return open
end

return plugin {
  name = "checklist",
  version = "1.0.0",
  api = 1,
  summary = "A checklist before a migration: looked at by command or query, or signed by hand; a gate for the run.",
  needs = { "database-write", "shell" },
  options = {
    preset = { type = "string", doc = '"uuid-keys" (17 items) or "deployment" (11 items).' },
    items = { type = "table", default = {}, doc = "A list: { name, group, text, command = shell line | sql = query that must be true, optional }; without either it is signed by hand." },
    gate = { type = "boolean", default = false, doc = "Refuse an upgrade whose checklist has open items." },
  },
  hooks = {
    on_before_run = function(run)
      if not options.gate or run.command ~= "upgrade" then return end
      for _, step in ipairs(run.steps) do
        local open = open_items(step.revision, function() end)
        if #open > 0 then
          error(("the checklist of %s has open items: %s\nwaxwing checklist %s    waxwing checklist %s --sign=\"%s\" --by=NAME"):format(
            step.revision, table.concat(open, ", "), step.revision, step.revision, open[1]), 0)
        end
      end
    end,
  },
  commands = {
    checklist = {
      summary = "Show the checklist of a revision, or sign an item.",
      usage = 'REV [--require] [--sign="ITEM" --by=NAME --note=TEXT]',
      run = function(words)
        local revision = words[1]
        if not revision then error("usage: waxwing checklist REV [--require] [--sign=\"ITEM\" --by=NAME --note=TEXT]", 0) end
        if words.sign then
          if not words.by then error("who signs? --by=NAME", 0) end
          return sign(revision, words.sign, words.by, words.note or "")
        end
        local open = list(revision)
        return words.require and #open > 0 and 9 or 0
      end,
    },
  },
}
