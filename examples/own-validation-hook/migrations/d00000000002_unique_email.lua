--- unique email
local duplicates = require "duplicates"

local m = migration {
  revision = "d00000000002",
  revises  = "d00000000001",
}

m.preflight = { duplicates.ignoring_case("accounts", "email") }

function m.upgrade()
  op.create_index { name = "accounts_email", table = "accounts", columns = { { expression = "lower(email)" } }, unique = true }
end

m.verify = { check.index { table = "accounts", name = "accounts_email", unique = true } }

function m.downgrade()
  op.drop_index { name = "accounts_email" }
end

return m
