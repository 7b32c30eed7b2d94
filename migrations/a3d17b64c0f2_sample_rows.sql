-- revision: a3d17b64c0f2
-- revises: 5f0c3a9d2e11
-- message: sample rows

-- waxwing: up
insert into books (dream_storage_id, title, status)
select (100 + i)::text, 'Book ' || i, 'published' from generate_series(1, 15) i;

-- Books are handed out in turn, so that each has some of everything.
create temporary table shelf on commit drop as
select id, row_number() over (order by dream_storage_id::int) - 1 as place from books;

insert into assignments (name, book_id)
select 'Assignment ' || i, shelf.id from generate_series(1, 42) i join shelf on shelf.place = i % 15;

insert into activities (page_number, book_id)
select i, shelf.id from generate_series(1, 238) i join shelf on shelf.place = i % 15;

insert into book_assignments (school_id, book_id)
select i, shelf.id from generate_series(1, 8) i join shelf on shelf.place = i % 15;

-- waxwing: down
truncate books, assignments, activities, book_assignments;
