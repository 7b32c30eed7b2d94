--- add an orders table
local m = migration {
  revision = "ae1027a6acf1",
  revises  = nil,
}

function m.upgrade()
  op.create_table {
    name = "orders",
    columns = {
      { name = "id", type = "bigint", identity = "always", primary_key = true },
      { name = "email", type = "text", not_null = true },
      { name = "placed_at", type = "timestamptz", not_null = true, default = "now()" },
    },
  }
  op.create_index { table = "orders", columns = { "email" } }
end

function m.downgrade()
  op.drop_table { name = "orders" }
end

return m
