-- One book with 53 activities, and nothing else.
truncate books, assignments, activities, book_assignments;
insert into books (dream_storage_id, title) values ('4', 'BRAINS');
insert into activities (page_number, book_id) select n, id from books, generate_series(1, 53) n;
