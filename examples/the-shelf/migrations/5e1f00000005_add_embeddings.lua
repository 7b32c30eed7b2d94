--- add embeddings
local axes = require "axes"

local m = migration {
  revision = "5e1f00000005",
  revises  = "5e1f00000004",
}

m.preflight = { check.extension { name = "vector", available = true } }

function m.upgrade()
  op.create_extension { name = "vector", if_not_exists = true }
  op.add_column { table = "book_fingerprints", name = "embedding", type = ("vector(%d)"):format(#axes) }
  -- An axis that nobody has rated counts as the book's mean.
  local values = {}
  for i, axis in ipairs(axes) do values[i] = ("coalesce(avg_%s, star_equivalent)"):format(axis) end
  db.execute(("update book_fingerprints set embedding = array[%s]::vector"):format(table.concat(values, ", ")))
  op.create_index {
    table = "book_fingerprints", name = "ix_book_fingerprints_embedding", method = "hnsw",
    columns = { { name = "embedding", opclass = "vector_cosine_ops" } },
  }
end

m.verify = { check.extension { name = "vector" }, check.index { table = "book_fingerprints", name = "ix_book_fingerprints_embedding" } }

-- The extension stays, since something else may use it by now.
function m.downgrade()
  op.drop_column { table = "book_fingerprints", name = "embedding" }
end

return m
