-- Reads a table of named keys: unknown ones, missing ones and wrong types are errors that say what there is.
-- `host` is given by the program: did_you_mean, fail.
local host = ...

local function is_list_of_strings(value)
  if type(value) == "string" then return true end
  if type(value) ~= "table" then return false end
  for key, each in pairs(value) do
    if type(key) ~= "number" or type(each) ~= "string" then return false end
  end
  return true
end

local fits = {
  string = function(value) return type(value) == "string" end,
  ["string[]"] = is_list_of_strings,
  ["function"] = function(value) return type(value) == "function" end,
  boolean = function(value) return type(value) == "boolean" end,
  integer = function(value) return type(value) == "number" and value % 1 == 0 end,
  number = function(value) return type(value) == "number" end,
  table = function(value) return type(value) == "table" end,
  any = function() return true end,
}

local function check_type(what, field, value)
  local fit = fits[field.type]
  if not fit then host.fail(('%s.%s: there is no type "%s"'):format(what, field.name, tostring(field.type))) end
  if not fit(value) then host.fail(("%s.%s: expected %s, got %s"):format(what, field.name, field.type, type(value))) end
end

-- Checks `given` against `fields` ({ name, type, required, doc }); a lone string becomes a list where a list is wanted.
return function(what, fields, given, may_have_entries)
  if type(given) ~= "table" then host.fail(("%s takes one table, got %s"):format(what, type(given))) end
  local known, names = {}, {}
  for _, field in ipairs(fields) do
    known[field.name] = field
    names[#names + 1] = field.name
  end
  for key, value in pairs(given) do
    if type(key) == "string" then
      if not known[key] then
        host.fail(('%s: unknown key "%s"%s'):format(what, key, host.did_you_mean(key, names, "keys are")))
      end
      check_type(what, known[key], value)
    elseif not may_have_entries then
      host.fail(("%s: an entry without a name; keys are %s"):format(what, table.concat(names, ", ")))
    end
  end
  for _, field in ipairs(fields) do
    if field.required and given[field.name] == nil then host.fail(('%s: missing key "%s"'):format(what, field.name)) end
    if field.type == "string[]" and type(given[field.name]) == "string" then given[field.name] = { given[field.name] } end
  end
end
