-- The database as it was before there were migrations: made by hand, and by nobody recorded.
create table users (id bigint generated always as identity primary key, email text not null unique);
create table books (id bigint generated always as identity primary key, title text not null);
create table user_books (
  user_id bigint not null references users on delete cascade,
  book_id bigint not null references books on delete cascade,
  rating integer check (rating between 0 and 5),
  date_added timestamptz not null default now(),
  primary key (user_id, book_id)
);

-- 40 readers and 500 books; every fifth book has no rating, book 7 has nothing but zeros.
insert into users (email) select 'reader' || i || '@example.org' from generate_series(1, 40) i;
insert into books (title) select 'Book ' || i from generate_series(1, 500) i;
insert into user_books (user_id, book_id, rating)
select u, b, case when b % 5 = 0 then null when b = 7 then 0 else (u * 7 + b) % 6 end
from generate_series(1, 40) u, generate_series(1, 500) b where (u + b) % 4 = 0;
