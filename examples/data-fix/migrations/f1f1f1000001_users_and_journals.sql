-- revision: f1f1f1000001
-- message: users and journals

-- waxwing: up
create table users (id integer primary key, email text not null, active boolean not null default true);
create table journals (id integer primary key, user_id integer references users on delete cascade, title text);
insert into users values (1, 'Ada@Example.org', true), (2, 'ben@example.org', true), (3, 'old@example.org', false);
insert into journals values (1, 1, 'Field notes'), (2, 3, 'Old diary'), (3, 3, null);

-- waxwing: down
drop table journals;
drop table users;
