-- revision: b00000000001
-- message: shop

-- waxwing: up
create table products (id bigint generated always as identity primary key, name text not null);

-- waxwing: down
drop table products;
