--- one book assignment per school
local m = migration {
  revision = "1294713df196",
  revises  = "a3d17b64c0f2",
}

m.preflight = {
  check.unique { table = "book_assignments", columns = { "book_id", "school_id" } },
}

function m.upgrade()
  op.create_unique_constraint { name = "uq_book_assignment", table = "book_assignments", columns = { "book_id", "school_id" } }
end

function m.downgrade()
  op.drop_constraint { name = "uq_book_assignment", table = "book_assignments" }
end

return m
