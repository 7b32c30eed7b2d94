-- revision: c00000000001
-- message: accounts

-- waxwing: up
create table accounts (id bigint generated always as identity primary key, email text not null, active boolean not null default true);

-- A dollar-quoted body may hold semicolons.
create function deactivate(account bigint) returns void language plpgsql as $$
begin
  update accounts set active = false where id = account;
end;
$$;

-- waxwing: down
drop function deactivate(bigint);
drop table accounts;
