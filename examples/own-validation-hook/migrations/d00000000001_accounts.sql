-- revision: d00000000001
-- message: accounts

-- waxwing: up
create table accounts (id bigint generated always as identity primary key, email text not null);
insert into accounts (email) values ('ada@example.org'), ('Ada@example.org'), ('bob@example.org');

-- waxwing: down
drop table accounts;
