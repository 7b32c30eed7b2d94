--- Compares ids in a table with those that another system knows, by HTTP or from a CSV file.

-- The values of one column of a CSV text, by RFC 4180.
local function csv_column(text, name, file)
  local rows, row, field, at, quoted = {}, {}, {}, 1, false
  local function end_field() row[#row + 1] = table.concat(field); field = {} end
  local function end_row() end_field(); if #row > 1 or row[1] ~= "" then rows[#rows + 1] = row end; row = {} end
  text = text:gsub("^\239\187\191", "")
  while at <= #text do
    local char = text:sub(at, at)
    if quoted then
      if char == '"' and text:sub(at + 1, at + 1) == '"' then field[#field + 1] = '"'; at = at + 1
      elseif char == '"' then quoted = false
      else field[#field + 1] = char end
    elseif char == '"' then quoted = true
    elseif char == "," then end_field()
    elseif char == "\n" then end_row()
    elseif char ~= "\r" then field[#field + 1] = char end
    at = at + 1
  end
  if #field > 0 or #row > 0 then end_row() end
  local position
  for i, each in ipairs(rows[1] or {}) do
    if each == name then position = i end
  end
  if not position then error(('%s has no column "%s"; its first line is %s'):format(file, name, table.concat(rows[1] or {}, ", ")), 0) end
  local values = {}
  for i = 2, #rows do values[#values + 1] = rows[i][position] or "" end
  return values
end

-- The values of `field` in the list at `path` of a JSON answer.
local function http_values(source)
  local response = http.get(source.url, { headers = source.headers, timeout_s = source.timeout_s or 30 })
  if response.status ~= 200 then error(("%s answered with status %d"):format(source.url, response.status), 0) end
  local list = json.decode(response.body)
  for step in (source.path or ""):gmatch("[^.]+") do list = type(list) == "table" and list[tonumber(step) or step] end
  if type(list) ~= "table" then error(("%s: there is no list at \"%s\""):format(source.url, source.path or ""), 0) end
  local values = {}
  for _, each in ipairs(list) do values[#values + 1] = type(each) == "table" and each[source.field or "id"] or each end
  return values
end

local function known_ids(source)
  if source.csv then return csv_column(files.read(source.csv), source.field or "id", source.csv) end
  if source.url then return http_values(source) end
  error("a source needs url = or csv =", 0)
end

-- Ids of the table that the source does not know, with the number of their rows.
local function unknown_ids(source)
  local known = {}
  for _, id in ipairs(known_ids(source)) do known[tostring(id)] = true end
  local table_name = source.schema and db.format("%I.%I", source.schema, source.table) or db.format("%I", source.table)
  local rows = db.rows(db.format("select %I::text as id, count(*) as rows from ", source.column) .. table_name
    .. db.format(" where %I is not null group by 1 order by 1", source.column))
  local unknown = {}
  for _, row in ipairs(rows) do
    if not known[row.id] then unknown[#unknown + 1] = { id = row.id, rows = row.rows } end
  end
  return unknown
end

local function line(source, each)
  return ("%s not found in %s: %s (%d row%s of %s)"):format(
    source.noun or "id", source.label or source.url or source.csv, each.id, each.rows, each.rows == 1 and "" or "s", source.table)
end

return plugin {
  name = "external-truth",
  version = "1.0.0",
  api = 1,
  summary = "Finds rows whose ids another system does not know.",
  needs = { "http", "files", "database" },
  options = {
    sources = {
      type = "table", default = {},
      doc = 'A list for the command: { table, column, url | csv, field = "id", path = "data.items", headers, label = "DCS", noun = "Book" }.',
    },
  },
  checks = {
    external_ids = {
      summary = "Passes when every id of a column is known to another system.",
      fields = {
        { name = "table", type = "string", required = true, doc = "Table to look at." },
        { name = "column", type = "string", required = true, doc = "Column that holds the ids." },
        { name = "schema", type = "string", doc = "Schema of the table; found by search_path otherwise." },
        { name = "url", type = "string", doc = "Answers with JSON that has the ids." },
        { name = "path", type = "string", doc = "Where the list is in the answer: \"data.items\"." },
        { name = "headers", type = "table", doc = "Headers of the request by name." },
        { name = "csv", type = "string", doc = "File with the ids, relative to the project." },
        { name = "field", type = "string", doc = "Name of the id in the list or the CSV file; id unless said otherwise." },
        { name = "label", type = "string", doc = "What the other system is called." },
        { name = "noun", type = "string", doc = "What an id stands for." },
        { name = "timeout_s", type = "number", doc = "When to give up, in seconds." },
      },
      doing = "Comparing {table}.{column} with another system",
      ok = "All ids are known",
      failed = "Found {count} ids that the other system does not know.",
      run = function(source)
        local unknown, lines = unknown_ids(source), {}
        for i, each in ipairs(unknown) do
          if i > 5 then lines[#lines + 1] = ("and %d more"):format(#unknown - 5); break end
          lines[#lines + 1] = line(source, each)
        end
        return { passed = #unknown == 0, lines = lines, values = { count = #unknown } }
      end,
    },
  },
  commands = {
    ["external-truth"] = {
      summary = "Compare every source of the configuration with its table.",
      run = function()
        local total = 0
        for _, source in ipairs(options.sources) do
          local unknown = unknown_ids(source)
          for _, each in ipairs(unknown) do print(log.mark(false) .. " " .. line(source, each)) end
          if #unknown == 0 then print(log.mark(true) .. (" every %s.%s is known to %s"):format(source.table, source.column, source.label or source.url or source.csv)) end
          total = total + #unknown
        end
        return total == 0 and 0 or 6
      end,
    },
  },
}
