-- Two rows for two tenants of their own, tried in a savepoint: no row stays.
local tests = {}

local tenants = { A = "00000000-0000-4000-8000-00000000000a", B = "00000000-0000-4000-8000-00000000000b" }

local two_tenants = db.format(
  "with t as (insert into tenants (id, name) values (%L, 'tenant of a test'), (%L, 'another tenant of a test'))", tenants.A, tenants.B)

local function both(pattern, tenant_1, value_1, tenant_2, value_2)
  local row_1 = db.format(pattern, tenants[tenant_1], "1", value_1 or db.null)
  local row_2 = db.format(pattern, tenants[tenant_2], "2", value_2 or db.null)
  return row_1 .. ", " .. row_2
end

--- Users that differ in everything but, perhaps, tenant and e-mail.
function tests.users(...)
  return two_tenants .. " insert into users (tenant_id, username, email, hashed_password) values "
    .. both("(%L, 'user of a test ' || %L, %L, '')", ...)
end

--- Users that differ in everything but, perhaps, tenant and barcode.
function tests.cards(...)
  local rows = both("(%L, %L, %L)", ...)
  return two_tenants .. " insert into users (tenant_id, username, email, hashed_password, barcode)"
    .. " select tenant::uuid, 'user of a test ' || n, n || '@test', '', barcode from (values " .. rows .. ") v (tenant, n, barcode)"
end

--- Items that differ in everything but, perhaps, tenant and barcode.
function tests.items(...)
  local rows = both("(%L::uuid, %L, %L)", ...)
  return two_tenants .. ", v (tenant, n, barcode) as (values " .. rows .. "),"
    .. " h as (insert into holdings (tenant_id) values (" .. db.format("%L", tenants.A) .. ") returning id)"
    .. " insert into items (tenant_id, holding_id, barcode) select tenant, h.id, barcode from v, h"
end

function tests.refuses(title, constraint, sql)
  return check.must_fail { doing = title, ok = title, sql = sql, constraint = constraint }
end

function tests.allows(title, sql)
  return check.must_pass { doing = title, ok = title, sql = sql }
end

return tests
