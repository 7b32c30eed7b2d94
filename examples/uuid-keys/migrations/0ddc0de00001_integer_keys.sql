-- revision: 0ddc0de00001
-- message: integer keys

-- waxwing: up
create table users (id serial primary key, email text not null unique);
-- journals.user_id was never declared as a foreign key, so nothing keeps it from leading nowhere.
create table journals (id serial primary key, user_id integer not null, title text not null);
create table tags (id serial primary key, user_id integer not null references users on delete cascade, name text not null);
create table reminders (
  id serial primary key,
  user_id integer not null references users on delete cascade,
  journal_id integer references journals on delete set null,
  due date not null
);
create table secret_tags (id serial primary key, tag_id integer not null references tags on delete cascade, phrase_hash text not null);
create index ix_journals_user_id on journals (user_id);

-- waxwing: down
drop table secret_tags, reminders, tags, journals, users;
