-- revision: b00000000003
-- revises: b00000000001
-- message: stock

-- waxwing: up
alter table products add column stock integer not null default 0;

-- waxwing: down
alter table products drop column stock;
