--- Removes users who left, and writes addresses in lower case.
local f = fix {
  name = "inactive-users",
  reason = "users who left are still there",
  ticket = "OPS-112",
  needs_revision = "f1f1f1000001",
  touches = { "users" },
  params = { domain = { "Domain of the addresses", type = "text", required = true } },
  expect_rows = { max = 10 },
}

f.preflight = {
  check.no_rows {
    doing = "Looking for active users without an address",
    ok = "every active user has an address",
    failed = "{count} active users have no address",
    sql = "select id from users where active and email = ''",
  },
}

function f.run(params)
  db.execute("delete from users where not active and email like '%@' || $1", params.domain)
  db.execute("update users set email = lower(email) where email <> lower(email)")
end

f.verify = {
  check.no_rows {
    doing = "Looking for addresses in capitals",
    ok = "all are in lower case",
    failed = "{count} are not",
    sql = "select id from users where email <> lower(email)",
  },
}

return f
