#!/usr/bin/env bash
# `retype.sh WAXWING [THOUSANDS]`: the bigint key of a table of so many thousand rows (1000) becomes a UUID, with the
# columns of three tables of as many rows each that refer to it: op.retype_primary_key against a rebuild written by hand
# (new tables filled by joins to a mapping, indexes and foreign keys after, one transaction), and against the usual way of
# adding a column, updating it and swapping. A server of its own with its usual settings; ends with the ratios.
set -euo pipefail
waxwing=$1
thousands=${2:-1000}
source "$(dirname "$0")/own_server.sh"
start_server plain 8GB
n=$((thousands * 1000))
children="child1 child2 child3"
{
  echo "create table parent (id bigserial primary key, email text not null, created timestamptz not null default now());
    insert into parent (email) select 'user' || n || '@example.org' from generate_series(1, $n) n;"
  for child in $children; do
    echo "create table $child (id bigserial primary key, parent_id bigint not null references parent on delete cascade, note text, amount numeric);
      insert into $child (parent_id, note, amount) select 1 + (n * 7919::bigint) % $n, 'note ' || n, n / 7.0 from generate_series(1, $n) n;
      create index on $child (parent_id);"
  done
  echo "vacuum analyze; checkpoint"
} | "$bin/psql" -Xq -v ON_ERROR_STOP=1
for each in hand usual ours; do "$bin/createdb" "$each" -T plain; done
"$bin/psql" -XAtc "select 'database: ' || pg_size_pretty(pg_database_size('plain'))"

{
  echo "begin; lock table parent, child1, child2, child3;"
  echo "create table parent_id_map as select id as old, gen_random_uuid() as new from parent;
    alter table parent_id_map add primary key (old), add unique (new); analyze parent_id_map;"
  echo "create table parent_new (id uuid not null default gen_random_uuid(), email text not null, created timestamptz not null default now());
    insert into parent_new select m.new, t.email, t.created from parent t join parent_id_map m on m.old = t.id;"
  for child in $children; do
    echo "create table ${child}_new (id bigint not null default nextval('${child}_id_seq'), parent_id uuid not null, note text, amount numeric);
      alter sequence ${child}_id_seq owned by ${child}_new.id;
      insert into ${child}_new select t.id, p.new, t.note, t.amount from $child t join parent_id_map p on p.old = t.parent_id;"
  done
  echo "drop table child1, child2, child3, parent;"
  for table in parent $children; do
    echo "alter table ${table}_new rename to $table; alter table $table add constraint ${table}_pkey primary key (id);"
  done
  for child in $children; do
    echo "create index on $child (parent_id); alter table $child add foreign key (parent_id) references parent on delete cascade; analyze $child;"
  done
  echo "commit;"
} >"$home/hand.sql"
{
  echo "begin;"
  echo "alter table parent add new_id uuid; update parent set new_id = gen_random_uuid();"
  for child in $children; do
    echo "alter table $child add new_parent_id uuid; update $child c set new_parent_id = p.new_id from parent p where p.id = c.parent_id;"
  done
  for child in $children; do
    echo "alter table $child drop parent_id; alter table $child rename new_parent_id to parent_id; alter table $child alter parent_id set not null;"
  done
  echo "alter table parent drop id; alter table parent rename new_id to id; alter table parent alter id set not null, alter id set default gen_random_uuid(), add primary key (id);"
  for child in $children; do
    echo "create index on $child (parent_id); alter table $child add foreign key (parent_id) references parent on delete cascade;"
  done
  echo "commit;"
} >"$home/usual.sql"
mkdir -p "$home/project/migrations"
echo 'return {}' >"$home/project/waxwing.lua"
cat >"$home/project/migrations/0ddc0de00003_uuid.lua" <<'LUA'
local m = migration { revision = "0ddc0de00003", title = "uuid" }
function m.upgrade() op.retype_primary_key { table = "parent", to = "uuid" } end
function m.downgrade() op.restore_primary_key { table = "parent" } end
return m
LUA
seconds() { local from=$EPOCHREALTIME; "$@" >&2; awk "BEGIN { print $EPOCHREALTIME - $from }"; }
run_waxwing() { "$waxwing" -q -C "$home/project" --url "postgresql:///ours?host=$home&user=postgres" "$@" >/dev/null; }
"$bin/psql" -Xqc checkpoint
hand=$(seconds "$bin/psql" -Xq -v ON_ERROR_STOP=1 -f "$home/hand.sql" hand)
"$bin/psql" -Xqc checkpoint
ours=$(seconds run_waxwing upgrade head)
"$bin/psql" -Xqc checkpoint
back=$(seconds run_waxwing downgrade base)
"$bin/psql" -Xqc checkpoint
usual=$(seconds "$bin/psql" -Xq -v ON_ERROR_STOP=1 -f "$home/usual.sql" usual)
awk "BEGIN { printf \"by hand %.1f s, waxwing %.1f s, ratio %.2f; the way back %.1f s; add, update and swap %.1f s, ratio %.2f\n\", $hand, $ours, $ours / $hand, $back, $usual, $usual / $ours }"
