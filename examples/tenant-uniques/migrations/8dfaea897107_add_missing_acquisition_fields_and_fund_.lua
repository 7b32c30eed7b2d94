--- add missing acquisition fields and fund status
local enum_types = require "enum_types"

local m = migration {
  revision = "8dfaea897107",
  revises  = "827104d5f215",
}

function m.upgrade()
  op.create_enum { name = "fund_status", values = { "active", "frozen", "closed" } }
  op.add_column { table = "funds", name = "status", type = "fund_status", not_null = true, default = "'active'" }
  op.add_column { table = "orders", name = "vendor_id", type = "uuid", references = "vendors" }
  op.add_column { table = "order_lines", name = "fund_id", type = "uuid", references = "funds" }
end

function m.downgrade()
  op.drop_column { table = "order_lines", name = "fund_id" }
  op.drop_column { table = "orders", name = "vendor_id" }
  op.drop_column { table = "funds", name = "status" }
  op.drop_enum { name = "fund_status" }
  enum_types.name_unused()
end

return m
