-- Finds values of a column that differ in case only.
local duplicates = {}

function duplicates.ignoring_case(name, column)
  return check.that {
    doing = "Checking " .. name .. "." .. column .. " has no duplicates when case is ignored",
    ok = "No duplicates",
    advice = "merge or rename them first",
    test = function()
      local found = db.rows(db.format(
        "select lower(%I) as value, count(*) as times from %I group by 1 having count(*) > 1 order by 1", column, name))
      local lines = {}
      for _, row in ipairs(found) do lines[#lines + 1] = row.value .. " is there " .. row.times .. " times" end
      return #found == 0, "Found " .. #found .. " duplicated " .. column .. " in " .. name .. ".", lines
    end,
  }
end

return duplicates
