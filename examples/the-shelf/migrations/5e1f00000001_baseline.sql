-- revision: 5e1f00000001
-- message: baseline

-- waxwing: up
create table users (id bigint generated always as identity primary key, email text not null unique);
create table books (id bigint generated always as identity primary key, title text not null);
create table user_books (
  user_id bigint not null references users on delete cascade,
  book_id bigint not null references books on delete cascade,
  rating integer check (rating between 0 and 5),
  date_added timestamptz not null default now(),
  primary key (user_id, book_id)
);

-- waxwing: down
drop table user_books, books, users;
