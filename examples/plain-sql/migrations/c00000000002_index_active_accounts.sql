-- revision: c00000000002
-- revises: c00000000001
-- message: index active accounts
-- transaction: none

-- waxwing: up
create index concurrently accounts_active on accounts (email) where active;

-- waxwing: down
drop index concurrently accounts_active;
