-- revision: b00000000002
-- revises: b00000000001
-- message: prices

-- waxwing: up
alter table products add column price numeric(12, 2);

-- waxwing: down
alter table products drop column price;
