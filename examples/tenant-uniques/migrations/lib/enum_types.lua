-- Dropping a table or a column leaves the enum type behind that it used; the next upgrade would stumble over it.
local enum_types = {}

--- Names the enum types of the current schema that no column uses any more.
function enum_types.name_unused()
  for row in db.query([[
    select t.typname as name from pg_type t
    where t.typtype = 'e' and t.typnamespace = current_schema()::regnamespace
      and not exists (select from pg_attribute a where a.atttypid in (t.oid, t.typarray) and not a.attisdropped)
    order by 1]]) do
    log.warn("the enum type", row.name, "is left behind: no column uses it; op.drop_enum { name = \"" .. row.name .. "\" }")
  end
end

return enum_types
