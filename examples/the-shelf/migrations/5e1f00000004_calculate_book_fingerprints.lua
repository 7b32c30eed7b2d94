--- calculate book fingerprints
local axes = require "axes"

local m = migration {
  revision = "5e1f00000004",
  revises  = "5e1f00000003",
}

local batch = 100

local columns, averages, kept, terms = {}, {}, {}, {}
for _, axis in ipairs(axes) do
  table.insert(columns, "avg_" .. axis)
  table.insert(averages, ("avg(%s)"):format(axis))
  table.insert(kept, ("avg_%s = excluded.avg_%s"):format(axis, axis))
  table.insert(terms, ("(avg(%s))"):format(axis))
end

-- star_equivalent is the mean of the axes that were rated. avg() leaves NULLs out and counts zeros.
local calculate = ([[
  insert into book_fingerprints as f (book_id, total_ratings, star_equivalent, %s)
  select book_id, count(*), (select avg(axis) from (values %s) v (axis)), %s
  from multi_dimensional_ratings where book_id > $1 and book_id <= $2
  group by book_id having num_nonnulls(%s) > 0
  on conflict (book_id) do update set total_ratings = excluded.total_ratings, star_equivalent = excluded.star_equivalent, %s]])
  :format(table.concat(columns, ", "), table.concat(terms, ", "), table.concat(averages, ", "), table.concat(averages, ", "),
    table.concat(kept, ", "))

-- Each batch commits by itself. What stops between two batches goes on there: waxwing resume.
function m.upgrade()
  db.autocommit(function()
    local last = db.value("select coalesce(max(id), 0) from books")
    for from = 0, last - 1, batch do
      local made = db.execute(calculate, from, from + batch)
      log.info("books up to", from + batch .. ":", made, "fingerprints")
    end
  end)
end

m.verify = {
  check.value {
    ok = "Every rated book has a fingerprint",
    failed = "A rated book has no fingerprint.",
    sql = "select count(distinct book_id) from multi_dimensional_ratings where book_id not in (select book_id from book_fingerprints)",
    equals = 0,
  },
}

function m.downgrade()
  db.execute("delete from book_fingerprints")
end

return m
