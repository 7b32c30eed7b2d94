-- A NOT NULL column: NULL must be refused, the value of a row that is there must pass.
return {
  find = function(self, relation)
    return db.row([[
      select attname::text as column, $3 || '.' || attname as name
      from pg_attribute where attrelid = to_regclass($1)::oid and attname = $2 and attnum > 0 and not attisdropped]], relation, self.column, self.table)
  end,
  run = function(found, row, answer)
    local name = found.column
    if not row.by_name[name] then return answer.not_tried(name .. " is generated") end
    if not row:choose {} then return answer.not_tried(row.name .. " has no row to copy") end
    local empty = { [name] = "null" }
    local in_the_way = row:step_aside(empty, {})
    if in_the_way then return answer.not_tried(in_the_way .. " refuses the same rows") end
    local err, skipped = row:try(empty)
    if skipped then return skipped end
    if not err then return answer.wrong("A NULL is accepted: " .. found.name .. " is not NOT NULL.", row:insert(empty)) end
    if err.sqlstate ~= "23502" or err.column ~= name then return answer.not_tried(err.message) end
    return answer.right("NULL", {})
  end,
}
