--- add multi-dimensional ratings and fingerprints
local axes = require "axes"

local m = migration {
  revision = "5e1f00000002",
  revises  = "5e1f00000001",
}

m.preflight = { check.server_version { min = 13 } }

function m.upgrade()
  local ratings = {
    { name = "id", type = "uuid", default = "gen_random_uuid()", primary_key = true },
    { name = "user_id", type = "bigint", not_null = true, references = { table = "users", on_delete = "cascade" } },
    { name = "book_id", type = "bigint", not_null = true, references = { table = "books", on_delete = "cascade" } },
    { name = "created_at", type = "timestamptz", not_null = true, default = "now()" },
  }
  local fingerprints = {
    { name = "book_id", type = "bigint", primary_key = true, references = { table = "books", on_delete = "cascade" } },
    { name = "star_equivalent", type = "numeric(4, 2)", not_null = true },
    { name = "total_ratings", type = "integer", not_null = true },
  }
  for _, axis in ipairs(axes) do
    table.insert(ratings, { name = axis, type = "integer", check = axis .. " between 0 and 5" })
    table.insert(fingerprints, { name = "avg_" .. axis, type = "numeric(4, 2)" })
  end
  op.create_table {
    name = "multi_dimensional_ratings", columns = ratings,
    uniques = { { name = "uq_ratings_user_book", columns = { "user_id", "book_id" } } },
  }
  op.create_table { name = "book_fingerprints", columns = fingerprints }
  op.create_index { table = "multi_dimensional_ratings", columns = { "book_id" } }
end

function m.downgrade()
  op.drop_table { name = "book_fingerprints" }
  op.drop_table { name = "multi_dimensional_ratings" }
end

return m
