--- migrate_books_to_dcs_ids
local m = migration {
  revision = "72e10c4c221a",
  revises  = "1294713df196",

  title    = "Books are read from DCS by its integer id",
  story    = "24.3",
  breaking = "All code referencing the Book model breaks immediately after the migration.",
  downtime = "The service must be restarted after the migration.",
  backup_required = true,
}

local referring = { "assignments", "activities", "book_assignments" }

local function orphans(name)
  return check.references {
    doing = "Checking " .. name .. " have valid book_id references",
    ok = "All " .. name .. " have valid book references",
    failed = "Found {count} " .. name .. " with invalid book references.",
    table = name, columns = { "book_id" }, ref_table = "books", not_null = true,
  }
end

m.preflight = {
  check.no_rows {
    doing = "Checking for books with NULL dream_storage_id",
    ok = "All books have dream_storage_id",
    failed = "Found {count} books with NULL dream_storage_id. All books must have a valid DCS ID before migration.",
    sql = "select id, title from books where dream_storage_id is null",
  },
  check.castable {
    doing = "Validating dream_storage_id can be cast to INTEGER",
    ok = "All dream_storage_id values are numeric",
    failed = "Found {count} books whose dream_storage_id is not an INTEGER.",
    table = "books", column = "dream_storage_id", type = "integer",
  },
  orphans("assignments"),
  orphans("activities"),
  check.statistics {
    intro = "Migration will affect:",
    { "{count} books (table will be DROPPED)", "select count(*) from books" },
    { "{count} assignments", "select count(*) from assignments" },
    { "{count} activities", "select count(*) from activities" },
    { "{count} book assignments", "select count(*) from book_assignments" },
  },
}

function m.upgrade()
  for _, name in ipairs(referring) do
    op.add_column { table = name, name = "dcs_book_id", type = "integer" }
    op.create_index { table = name, columns = { "dcs_book_id" } }
    db.execute(db.format("update %I r set dcs_book_id = b.dream_storage_id::integer from books b where r.book_id = b.id", name))
    op.alter_column { table = name, name = "dcs_book_id", not_null = true }
    op.drop_foreign_key { table = name, columns = { "book_id" } }
    op.drop_column { table = name, name = "book_id" }
  end
  -- uq_book_assignment goes with its column; the rule it stood for stays.
  op.create_unique_constraint { name = "uq_book_assignment", table = "book_assignments", columns = { "dcs_book_id", "school_id" } }
  op.drop_table { name = "books" }
end

m.verify = {
  check.no_table { name = "books" },
}
for _, name in ipairs(referring) do
  table.insert(m.verify, check.column { table = name, name = "dcs_book_id", type = "integer", not_null = true })
end

m.guide = {
  before = "Books are copied from DCS into the table books, and everything refers to the copies by UUID.",
  after = "Books are fetched from DCS when they are needed, and everything refers to them by their integer id in DCS.",
  samples = { books = "select dream_storage_id, title from books order by title" },
  success_criteria = {
    { text = "The table books no longer exists", sql = "select to_regclass('books') is null" },
    { text = "Every assignment has a dcs_book_id", sql = "select count(*) = count(dcs_book_id) from assignments" },
    "The application starts without import errors",
    "The book list endpoint returns data from DCS",
  },
  next_steps = {
    { title = "Update endpoints", priority = "HIGH", items = {
      "backend/app/api/routes/books.py - replace the Book model with BookService v2",
      "backend/app/api/routes/assignments.py - handle dcs_book_id instead of book_id",
    } },
    { title = "Update tests", priority = "MEDIUM", items = { "Fix the tests that import the Book model" } },
  },
  snippets = {
    { title = "Imports", old = "from app.models import Book, BookPublic", new = "from app.schemas.book import BookPublic" },
  },
  monitoring = {
    "DCS API call volume (should increase)",
    "BookService cache hit rate (target: over 80 %)",
    "\"Book not found in DCS\" errors",
  },
}

m.downgrade = irreversible("Downgrade not supported. If you need to rollback, restore from backup.")

return m
