--- create the book service
local m = migration {
  revision = "5f0c3a9d2e11",
  revises  = nil,
}

-- Books are kept here as copies of what a content service (DCS) holds; everything else points at the copies.
function m.upgrade()
  op.create_enum { name = "book_status", values = { "draft", "published", "archived" } }

  op.create_table {
    name = "books",
    columns = {
      { name = "id", type = "uuid", default = "gen_random_uuid()", primary_key = true },
      { name = "dream_storage_id", type = "text", comment = "the book's id in DCS, kept as text" },
      { name = "title", type = "text", not_null = true },
      { name = "status", type = "book_status", not_null = true, default = "'draft'" },
    },
  }
  op.create_table {
    name = "assignments",
    columns = {
      { name = "id", type = "integer", identity = "always", primary_key = true },
      { name = "name", type = "text", not_null = true },
      { name = "book_id", type = "uuid", not_null = true },
    },
  }
  op.create_table {
    name = "activities",
    columns = {
      { name = "id", type = "integer", identity = "always", primary_key = true },
      { name = "page_number", type = "integer", not_null = true },
      { name = "book_id", type = "uuid", not_null = true },
    },
  }
  op.create_table {
    name = "book_assignments",
    columns = {
      { name = "id", type = "integer", identity = "always", primary_key = true },
      { name = "school_id", type = "integer", not_null = true },
      { name = "book_id", type = "uuid", not_null = true },
    },
  }
  for _, name in ipairs { "assignments", "activities", "book_assignments" } do
    op.create_foreign_key { table = name, columns = { "book_id" }, references = "books", on_delete = "cascade" }
    op.create_index { table = name, columns = { "book_id" } }
  end
end

function m.downgrade()
  for _, name in ipairs { "book_assignments", "activities", "assignments", "books" } do
    op.drop_table { name = name }
  end
  op.drop_enum { name = "book_status" }
end

return m
