--- fill totals
local m = migration {
  revision = "bacf11000002",
  revises  = "bacf11000001",
}

function m.upgrade()
  op.add_column { table = "orders", name = "total", type = "numeric" }
  -- The column is committed first; then each batch commits by itself.
  op.backfill {
    table = "orders",
    set   = "total = price::numeric * quantity",
    where = "total is null",
    batch_rows = 1000,
    target_ms = 0,
  }
  op.alter_column { table = "orders", name = "total", not_null = true }
end

function m.downgrade()
  op.drop_column { table = "orders", name = "total" }
end

return m
