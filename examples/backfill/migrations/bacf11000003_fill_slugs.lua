--- fill slugs, by a function of Lua
local m = migration {
  revision = "bacf11000003",
  revises  = "bacf11000002",
}

local function slug(title)
  return (title:lower():gsub("[^%w]+", "-"))
end

function m.upgrade()
  op.add_column { table = "orders", name = "slug", type = "text" }
  local rows = db.batches {
    table = "orders",
    columns = { "id", "title" },
    where = "slug is null",
    size = 5000,
    function(rows)
      local ids, slugs = {}, {}
      for i, row in ipairs(rows) do
        ids[i], slugs[i] = row.id, slug(row.title)
      end
      db.execute([[
        update orders set slug = new.slug
        from unnest($1::bigint[], $2::text[]) as new (id, slug) where orders.id = new.id]], ids, slugs)
    end,
  }
  log.info("slugs of", rows, "orders")
end

function m.downgrade()
  op.drop_column { table = "orders", name = "slug" }
end

return m
