--- add unique constraints for email and barcode
local tests = require "unique_tests"

local m = migration {
  revision = "40bee24ed2c9",
  revises  = "8dfaea897107",
  tickets  = { "BUG-003", "BUG-009", "BUG-011" },
}

local rules = {
  { table = "users", column = "email" },
  { table = "users", column = "barcode" },
  { table = "items", column = "barcode" },
}

local function constraint(rule) return "uq_" .. rule.table .. "_" .. rule.column .. "_tenant" end

function m.upgrade()
  for _, rule in ipairs(rules) do
    op.drop_index { table = rule.table, columns = { rule.column } }
    op.create_unique_constraint { name = constraint(rule), table = rule.table, columns = { "tenant_id", rule.column } }
    op.create_index { table = rule.table, columns = { rule.column } }
  end
end

m.verify = {
  tests.refuses("Email uniqueness within tenant", "uq_users_email_tenant", tests.users("A", "a@x", "A", "a@x")),
  tests.allows("Email allowed across tenants", tests.users("A", "a@x", "B", "a@x")),
  tests.refuses("User barcode uniqueness within tenant", "uq_users_barcode_tenant", tests.cards("A", "7", "A", "7")),
  tests.allows("User barcode allowed across tenants", tests.cards("A", "7", "B", "7")),
  tests.refuses("Item barcode uniqueness within tenant", "uq_items_barcode_tenant", tests.items("A", "7", "A", "7")),
  tests.allows("Item barcode allowed across tenants", tests.items("A", "7", "B", "7")),
  tests.allows("NULL barcodes allowed", tests.cards("A", nil, "A", nil)),
}

function m.downgrade()
  log.warn("only roll back if absolutely necessary: afterwards no two tenants can share an e-mail or a barcode")
  for _, rule in ipairs(rules) do
    op.drop_index { table = rule.table, columns = { rule.column } }
    op.drop_constraint { name = constraint(rule), table = rule.table }
    op.create_index { table = rule.table, columns = { rule.column }, unique = true }
  end
end

return m
