-- Twelve users with what they wrote; the journals 31 and 32 belong to users that are gone.
insert into users (email) select 'user' || i || '@example.org' from generate_series(1, 12) i;
insert into journals (user_id, title) select 1 + i % 12, 'Journal ' || i from generate_series(1, 30) i;
insert into journals (user_id, title) values (98, 'Left behind'), (99, 'Left behind too');
insert into tags (user_id, name) select 1 + i % 12, 'tag ' || i from generate_series(1, 20) i;
insert into reminders (user_id, journal_id, due)
select 1 + i % 12, nullif(i, 3), date '2025-01-27' + i from generate_series(1, 10) i;
insert into secret_tags (tag_id, phrase_hash) select i, md5(i::text) from generate_series(1, 5) i;
