#!/usr/bin/env bash
# `online.sh WAXWING [THOUSANDS]`: the bigint key of a table of so many thousand rows (1000) becomes a UUID with
# `strategy = "online"`, with the columns of three tables of as many rows each, while pgbench reads and writes all of
# them. Prints how long its longest transaction took, before and during the change (the limit is 300 ms), and whether the
# rows are what was written: increments against a log of them, references against what they were, no orphan.
set -euo pipefail
waxwing=$1
thousands=${2:-1000}
source "$(dirname "$0")/own_server.sh"
end() {
  touch "$home/stop"
  wait
  end_server
}
trap end EXIT
start_server online 8GB
n=$((thousands * 1000))
{
  echo "create table writes (id bigint not null);
    create table parent (id bigserial primary key, email text not null unique);
    insert into parent (email) select 'user' || n from generate_series(1, $n) n;"
  for child in child1 child2 child3; do
    echo "create table $child (id bigserial primary key, parent_id bigint not null references parent on delete cascade, owner text, n integer not null default 0);
      insert into $child (parent_id, owner) select p, 'user' || p from (select 1 + (n * 7919::bigint) % $n as p from generate_series(1, $n) n) o;
      create index on $child (parent_id);"
  done
  echo "vacuum analyze; checkpoint"
} | "$bin/psql" -Xq -v ON_ERROR_STOP=1
cat >"$home/count.sql" <<SQL
\\set id random(1, $n)
begin;
update child1 set n = n + 1 where id = :id;
insert into writes values (:id);
commit;
SQL
cat >"$home/join.sql" <<SQL
\\set id random(1, $n)
select p.email, c.n from child2 c join parent p on p.id = c.parent_id where c.id = :id;
SQL
cat >"$home/come.sql" <<SQL
\\set who random(1, 1000000000000)
with new as (insert into parent (email) values ('new' || :who) on conflict do nothing returning id, email) insert into child3 (parent_id, owner) select id, email from new;
SQL
cat >"$home/move.sql" <<SQL
\\set id random(1, $n)
\\set to random(1, $n)
update child2 set (parent_id, owner) = (select id, email from parent where email = 'user' || :to) where id = :id;
SQL
mkdir -p "$home/project/migrations"
echo 'return {}' >"$home/project/waxwing.lua"
cat >"$home/project/migrations/0ddc0de00003_uuid.lua" <<'LUA'
local m = migration { revision = "0ddc0de00003", title = "uuid", transaction = "none" }
function m.upgrade() op.retype_primary_key { table = "parent", to = "uuid", strategy = "online" } end
function m.downgrade() op.abort_primary_key { table = "parent" } end
return m
LUA

# pgbench writes its log when it ends, so there are always two, which end in turn.
work() {
  sleep "$1"
  local i=0
  until [ -e "$home/stop" ]; do
    "$bin/pgbench" -n -c 2 -T 4 -l --log-prefix="$home/$(cat "$home/phase").$1.$((i += 1))" -f "$home/count.sql" -f "$home/join.sql" \
      -f "$home/come.sql" -f "$home/move.sql" >"$home/pgbench.$1" 2>&1 || { cat "$home/pgbench.$1" >&2; touch "$home/failed"; }
  done
}
longest() { cat "$home/$1".*.[0-9]* 2>/dev/null | awk 'm < $3 { m = $3 } END { printf "%.0f of %d", m / 1000, NR }'; }
echo before >"$home/phase"
work 0 &
work 2 &
sleep 12
echo during >"$home/phase"
sleep 5
start=$EPOCHREALTIME
"$waxwing" -q -C "$home/project" --url "postgresql:///online?host=$home&user=postgres" upgrade head
took=$(awk "BEGIN { print $EPOCHREALTIME - $start }")
touch "$home/stop"
wait
[ ! -e "$home/failed" ] || { echo "a transaction of pgbench failed" >&2; exit 1; }
wrong=$("$bin/psql" -XAt -v ON_ERROR_STOP=1 <<SQL
select (select count(*) from child1 c full join (select id, count(*) as n from writes group by id) w using (id) where coalesce(c.n, -1) <> coalesce(w.n, 0))
  + (select sum(wrong) from (select count(*) as wrong from child1 c left join parent p on p.id = c.parent_id where p.email is distinct from c.owner
    union all select count(*) from child2 c left join parent p on p.id = c.parent_id where p.email is distinct from c.owner
    union all select count(*) from child3 c left join parent p on p.id = c.parent_id where p.email is distinct from c.owner) o)
SQL
)
kind=$("$bin/psql" -XAtc "select pg_typeof(id) from parent limit 1")
awk "BEGIN { printf \"online change of %d + 3 x %d rows to %s in %.0f s: longest transaction %s before, %s during (ms, limit 300); rows that are wrong: %d\n\", $n, $n, \"$kind\", $took, \"$(longest before)\", \"$(longest during)\", $wrong }"
[ "$wrong" = 0 ]
