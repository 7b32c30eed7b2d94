#!/usr/bin/env bash
# Measures op.backfill against a plain loop in the server: a DO block that follows the same key and commits after each
# batch of the same size. Prints medians and their ratio, of the operation and of the whole program: for all rows, and
# for those that a `where` matches, which are looked at once more when they are changed. The limit is 1.1.
# All of it works on one table, vacuumed before each run, after a round that is not measured: a table that grows would
# measure how fast the machine finds new memory for it.
# usage: backfill.sh WAXWING PSQL [ROWS [BATCH_ROWS [RUNS]]]
set -euo pipefail
waxwing=$1 psql=$2 rows=${3:-1000000} batch=${4:-5000} runs=${5:-3}
work=$(mktemp -d)
trap 'cd /; "$waxwing" -q -C "$work/project" private destroy --yes=project >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
mkdir -p "$work/project/migrations"
echo 'return { url = "private" }' >"$work/project/waxwing.lua"
run="$waxwing -q -C $work/project"
$run private start >/dev/null
url=$($run private url)
socket=${url##*host=}
target="host=${socket%%&*} port=5432 user=postgres dbname=postgres"
sql() { "$psql" -XqAt -v ON_ERROR_STOP=1 "$@" "$target"; }

# Rows of 160 bytes. A checkpoint in the middle of one run and not of the other would be measured too.
sql -c "alter system set max_wal_size = '8GB'" -c "select pg_reload_conf()" >/dev/null
sql -c "create table t (id bigint primary key, n integer not null default 0, filler text)" \
  -c "insert into t select i, 0, repeat('x', 116) from generate_series(1, $rows) as i" -c "analyze t"

write_both() { # WHERE, or nothing
  cat >"$work/project/migrations/a.lua" <<LUA
local m = migration { revision = "a" }
function m.upgrade()
  op.backfill { table = "t", set = "n = n + 1", ${1:+where = [[$1]],} batch_rows = $batch, target_ms = 0 }
end
return m
LUA
  cat >"$work/loop.sql" <<SQL
do \$\$
declare
  last bigint := 0;
  high bigint;
begin
  loop
    select max(id) into high from (select id from t where id > last order by id limit $batch) as page;
    exit when high is null;
    update t set n = n + 1 where id > last and id <= high ${1:+and $1};
    last := high;
    commit;
  end loop;
  ${1:+perform count(*) from t where $1;}
end
\$\$;
SQL
}

now() { date +%s%N; }
done_runs=0
# Runs WHAT ("waxwing" or "loop") over all rows, or over those that match where $2 is "where", and sets `wall` and, of
# waxwing, `operation`: microseconds.
measure() {
  local where="" start
  [ "$2" = all ] || where="n = $done_runs"
  write_both "$where"
  sql -c "set client_min_messages = error; drop schema if exists waxwing cascade" -c "vacuum t" -c checkpoint
  start=$(now)
  if [ "$1" = waxwing ]; then $run --url "$target" upgrade head >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; else sql -f "$work/loop.sql"; fi
  wall=$((($(now) - start) / 1000))
  [ "$1" = loop ] || operation=$(sql -c "select round(sum((detail->'phases'->>'data')::numeric) * 1000) from waxwing.event where kind = 'migration'")
  done_runs=$((done_runs + 1))
  [ "$(sql -c "select min(n) || ' ' || max(n) from t")" = "$done_runs $done_runs" ] || { echo "$1 did not change each row once"; exit 1; }
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$(((runs + 1) / 2))p"; }

for which in all where; do
  as=() bs=() ops=()
  measure loop $which
  for ((i = 0; i < runs; ++i)); do
    measure waxwing $which
    as+=("$wall") ops+=("$operation")
    measure loop $which
    bs+=("$wall")
  done
  awk -v w="$which" -v r="$rows" -v s="$batch" -v a="$(median "${as[@]}")" -v b="$(median "${bs[@]}")" \
    -v o="$(median "${ops[@]}")" 'BEGIN {
    printf "backfill of %d rows by %d (%s): op.backfill %.2f s, plain loop %.2f s, ratio %.2f, limit 1.1; the whole program %.2f s, ratio %.2f\n",
      r, s, w == "all" ? "all rows" : "with a where", o / 1e6, b / 1e6, o / b, a / 1e6, a / b }'
done
