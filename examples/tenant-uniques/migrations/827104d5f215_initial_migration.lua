--- initial migration
local enum_types = require "enum_types"

local m = migration {
  revision = "827104d5f215",
  revises  = nil,
}

local function id() return { name = "id", type = "uuid", default = "gen_random_uuid()", primary_key = true } end
local function tenant() return { name = "tenant_id", type = "uuid", not_null = true, references = "tenants" } end
local function stamped(columns)
  for _, name in ipairs { "created_date", "updated_date" } do
    table.insert(columns, { name = name, type = "timestamptz", not_null = true, default = "now()" })
  end
  return columns
end

-- Tables of which this example needs no more than that they are there.
local others = {
  "addresses", "patron_groups", "departments", "permissions", "instances", "locations", "libraries", "loans", "requests",
  "loan_policies", "fees", "payments", "fee_policies", "orders", "order_lines", "vendors", "funds", "courses", "reserves",
  "roles", "notifications", "audit_logs", "user_tenants", "user_roles", "role_permissions",
}

function m.upgrade()
  op.create_enum { name = "user_type", values = { "patron", "staff", "admin" } }
  op.create_enum { name = "item_status", values = { "available", "checked_out", "lost" } }

  op.create_table { name = "tenants", columns = { id(), { name = "name", type = "varchar(255)", not_null = true, unique = true } } }
  op.create_table {
    name = "users",
    columns = stamped {
      id(), tenant(),
      { name = "username", type = "varchar(255)", not_null = true },
      { name = "email", type = "varchar(255)", not_null = true },
      { name = "barcode", type = "varchar(255)" },
      { name = "hashed_password", type = "varchar(255)", not_null = true },
      { name = "active", type = "boolean", not_null = true, default = true },
      { name = "user_type", type = "user_type", not_null = true, default = "'patron'" },
      { name = "personal", type = "jsonb", not_null = true, default = "'{}'" },
    },
  }
  op.create_table { name = "holdings", columns = stamped { id(), tenant() } }
  op.create_table {
    name = "items",
    columns = stamped {
      id(), tenant(),
      { name = "holding_id", type = "uuid", not_null = true, references = "holdings" },
      { name = "barcode", type = "varchar(255)" },
      { name = "status", type = "item_status", not_null = true, default = "'available'" },
    },
  }
  for _, name in ipairs(others) do op.create_table { name = name, columns = stamped { id(), tenant() } } end

  for _, column in ipairs { "username", "email", "barcode" } do
    op.create_index { table = "users", columns = { column }, unique = true }
  end
  op.create_index { table = "items", columns = { "barcode" }, unique = true }
end

function m.downgrade()
  for i = #others, 1, -1 do op.drop_table { name = others[i] } end
  for _, name in ipairs { "items", "holdings", "users", "tenants" } do op.drop_table { name = name } end
  op.drop_enum { name = "item_status" }
  op.drop_enum { name = "user_type" }
  enum_types.name_unused()
end

return m
