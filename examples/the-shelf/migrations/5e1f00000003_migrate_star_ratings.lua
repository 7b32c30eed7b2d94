--- migrate star ratings
local axes = require "axes"

local m = migration {
  revision = "5e1f00000003",
  revises  = "5e1f00000002",
}

-- A rating that a reader has already given on seven axes is kept, and so are its stars. The others
-- stay too, unless -x drop_old=true.
function m.upgrade()
  local copied = db.execute(([[
    insert into multi_dimensional_ratings (user_id, book_id, created_at, %s)
    select user_id, book_id, date_added, %s from user_books where rating is not null
    on conflict (user_id, book_id) do nothing]]):format(table.concat(axes, ", "), ("rating, "):rep(#axes):sub(1, -3)))
  log.info("copied", copied, "star ratings")
  if env.x.drop_old == "true" then
    log.info("cleared", db.execute [[
      update user_books s set rating = null from multi_dimensional_ratings r
      where r.user_id = s.user_id and r.book_id = s.book_id and r.created_at = s.date_added and s.rating is not null]], "stars")
  end
end

m.verify = {
  check.no_rows {
    ok = "Every star rating has its seven axes",
    failed = "Found {count} star ratings without axes.",
    sql = [[select s.user_id, s.book_id from user_books s left join multi_dimensional_ratings r using (user_id, book_id)
            where s.rating is not null and r.id is null]],
  },
}

-- A copy has the date of its stars, which tells it from what readers gave since. Cleared stars come back.
function m.downgrade()
  db.execute([[
    update user_books s set rating = r.pace from multi_dimensional_ratings r
    where r.user_id = s.user_id and r.book_id = s.book_id and s.rating is null and r.created_at = s.date_added]])
  db.execute([[
    delete from multi_dimensional_ratings r using user_books s
    where r.user_id = s.user_id and r.book_id = s.book_id and r.created_at = s.date_added]])
end

return m
