-- Two tenants; a bulk load replaced the unique index on items.barcode by a plain one, and duplicates came in.
insert into tenants (id, name) values
  ('11111111-1111-4111-8111-111111111111', 'North Library'), ('22222222-2222-4222-8222-222222222222', 'South Library');
insert into users (tenant_id, username, email, barcode, hashed_password)
select case when i <= 5 then '11111111-1111-4111-8111-111111111111' else '22222222-2222-4222-8222-222222222222' end::uuid,
       'user' || i, 'user' || i || '@example.org', nullif('P' || i, 'P3'), 'hash'
from generate_series(1, 10) i;
insert into holdings (id, tenant_id) values ('33333333-3333-4333-8333-333333333333', '11111111-1111-4111-8111-111111111111');

drop index ix_items_barcode;
create index ix_items_barcode on items (barcode);
insert into items (id, tenant_id, holding_id, barcode)
select ('44444444-4444-4444-8444-44444444444' || i)::uuid, '11111111-1111-4111-8111-111111111111',
       '33333333-3333-4333-8333-333333333333', 'B' || i % 4
from generate_series(1, 5) i;
