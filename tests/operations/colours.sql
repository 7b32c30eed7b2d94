create table colours (id integer, name text);

-- a comment; with a semicolon
insert into colours values (1, 'red; or so');
