-- revision: bacf11000001
-- message: orders

-- waxwing: up
create table orders (
  id       bigint generated always as identity primary key,
  title    text not null,
  price    text not null,
  quantity integer not null
);
insert into orders (title, price, quantity)
select 'Order No. ' || i, (i % 90 + 10) || '.50', i % 7 + 1 from generate_series(1, 20000) i;
-- A price that somebody typed.
update orders set price = '12,50' where id = 15000;

-- waxwing: down
drop table orders;
