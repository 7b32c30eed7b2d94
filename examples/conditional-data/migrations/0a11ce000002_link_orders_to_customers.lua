--- link orders to customers
local m = migration {
  revision = "0a11ce000002",
  revises  = "0a11ce000001",
}

local batch = 1000

-- The ids go up in batches, so that each statement stays small.
local function fill()
  local last = db.value("select coalesce(max(id), 0) from orders")
  local done, from = 0, 0
  while from < last do
    done = done + db.execute([[
      update orders o set customer_id = c.id from customers c
      where c.email = o.email and o.id > $1 and o.id <= $2]], from, from + batch)
    from = from + batch
    log.info("linked", done, "orders")
  end
end

function m.upgrade()
  op.add_column { table = "orders", name = "customer_id", type = "bigint", references = "customers" }
  fill()

  local strangers = db.rows("select id, email from orders where customer_id is null order by id")
  if #strangers == 0 then
    op.alter_column { table = "orders", name = "customer_id", not_null = true }
    return
  end
  for _, order in ipairs(strangers) do log.warn("order", order.id, "has no customer:", order.email) end
  log.warn("customer_id stays nullable")
end

function m.downgrade()
  op.drop_column { table = "orders", name = "customer_id" }
end

return m
