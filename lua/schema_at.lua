-- Answers for schema.at(): `past` is what a run has recorded of tables and columns, `path` the schemas that are
-- searched, `position` where the database was.
local host, past, path, position = ...

local by_schema = {}
for _, each in ipairs(past.tables) do
  by_schema[each.schema] = by_schema[each.schema] or {}
  by_schema[each.schema][each.name] = each
end

local function need(what, name, place)
  if type(name) ~= "string" then host.fail(("schema.at(...).%s: argument %d must be a string, got %s"):format(what, place, type(name))) end
end

local function find(name, schema)
  if schema ~= nil then return by_schema[schema] and by_schema[schema][name] end
  for _, each in ipairs(path) do
    if by_schema[each] and by_schema[each][name] then return by_schema[each][name] end
  end
end

local function find_column(relation, column)
  for _, each in ipairs(relation and relation.columns or {}) do
    if each.name == column then return each end
  end
end

local answers = {}

function answers.has_schema(schema)
  need("has_schema", schema, 1)
  return by_schema[schema] ~= nil
end

function answers.has_table(name, schema)
  need("has_table", name, 1)
  local found = find(name, schema)
  return found ~= nil and found.kind == "table"
end

function answers.has_view(name, schema)
  need("has_view", name, 1)
  local found = find(name, schema)
  return found ~= nil and found.kind == "view"
end

function answers.has_column(name, column, schema)
  need("has_column", name, 1)
  need("has_column", column, 2)
  return find_column(find(name, schema), column) ~= nil
end

function answers.column_type(name, column, schema)
  need("column_type", name, 1)
  need("column_type", column, 2)
  local found = find_column(find(name, schema), column)
  return found and found.type
end

function answers.tables(schema)
  local names = {}
  for name, each in pairs(by_schema[schema or path[1]] or {}) do
    if each.kind == "table" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

function answers.columns(name, schema)
  need("columns", name, 1)
  local rows, found = {}, find(name, schema)
  for i, each in ipairs(found and found.columns or {}) do
    local row = {}
    for key, value in pairs(each) do row[key] = value end
    rows[i] = row
  end
  return rows
end

local names = {}
for name in pairs(answers) do names[#names + 1] = name end
table.sort(names)

return setmetatable({}, {
  __index = function(_, name)
    if answers[name] then return answers[name] end
    name = tostring(name)
    host.fail(("schema.at(...) has no %s%s"):format(name, host.did_you_mean(name, names, "it has")))
  end,
  __newindex = function() host.fail("schema.at(...) cannot be changed") end,
  __tostring = function() return "the schema at " .. position end,
  __metatable = "locked",
})
