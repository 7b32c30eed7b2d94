--- migrate to uuid
local m = migration {
  revision = "0ddc0de00002",
  revises  = "0ddc0de00001",
  title    = "UUID keys for users, journals, tags, reminders and secret_tags",
  breaking = "Ids are UUIDs in the API from now on.",
  downtime = true,
}

-- gen_random_uuid() came into the server with 13; no extension is needed.
m.preflight = {
  check.server_version { min = 13 },
  check.references {
    table = "journals", columns = { "user_id" }, ref_table = "users",
    failed = "Found {count} orphans: journals.user_id leads to no row of users.",
    advice = "waxwing check orphans journals.user_id users.id    prints the statement that removes them",
  },
}

function m.upgrade()
  -- journals.user_id was never declared as a foreign key, so it has to be named; then it becomes one.
  schema.retype_all_primary_keys { to = "uuid", references = "journals.user_id -> users.id" }
  op.create_foreign_key { table = "journals", columns = "user_id", references = "users", on_delete = "cascade", name = "journals_user_id_fkey" }
end

m.verify = { check.references { all = true } }
for _, name in ipairs { "users", "journals", "tags", "reminders", "secret_tags" } do
  table.insert(m.verify, check.column { table = name, name = "id", type = "uuid", not_null = true })
end

-- Timed before and after, for the report.
m.guide = {
  benchmarks = {
    { title = "a user by key",
      before = "select * from users where id = 1",
      after = "select * from users where id = (select new from users_id_map where old = 1)" },
    { title = "journals with their users", sql = "select * from journals j join users u on u.id = j.user_id limit 5" },
    { title = "journals of each user", sql = "select u.id, count(j.id) from users u left join journals j on j.user_id = u.id group by u.id" },
  },
}

-- The integers that were there come back from users_id_map and its like; rows made since get the next ones.
function m.downgrade()
  op.drop_foreign_key { table = "journals", name = "journals_user_id_fkey" }
  schema.restore_all_primary_keys {}
end

return m
