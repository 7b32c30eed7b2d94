-- revision: 0a11ce000001
-- message: orders and customers

-- waxwing: up
create table customers (id bigint generated always as identity primary key, email text not null unique);
create table orders (id bigint generated always as identity primary key, email text not null);
insert into customers (email) select 'c' || i || '@example.org' from generate_series(1, 20) i;
insert into orders (email) select 'c' || 1 + i % 20 || '@example.org' from generate_series(1, 2500) i;
insert into orders (email) values ('stranger@example.org');

-- waxwing: down
drop table orders;
drop table customers;
