#!/usr/bin/env bash
# Measures db.transform against the same work in C and against one UPDATE, in turn. Prints medians and ratios.
# usage: transform.sh WAXWING FLOOR PSQL [ROWS] [RUNS]
set -euo pipefail
waxwing=$1 floor=$2 psql=$3 rows=${4:-1000000} runs=${5:-3}
work=$(mktemp -d)
trap 'cd /; "$waxwing" -q -C "$work/project" private destroy --yes=project >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
mkdir -p "$work/project/migrations"
echo 'return { url = "private" }' >"$work/project/waxwing.lua"
"$waxwing" -q -C "$work/project" private start >/dev/null
url=$("$waxwing" -q -C "$work/project" private url)
socket=${url##*host=}
socket=${socket%%&*}
server="host=$socket port=5432 user=postgres dbname"

for mode in rebuild update; do
  cat >"$work/project/migrations/$mode.lua" <<LUA
--- $mode
local m = migration { revision = "$mode" }
function m.upgrade()
  db.transform { table = "accounts", mode = "$mode", function(row)
    row.name = row.name:upper()
    row.email = row.email:lower()
    row.note = "row " .. row.id
  end }
end
function m.downgrade() end
return m
LUA
done

"$psql" -Xqc 'create database bench_source' "$server=postgres"
# 160 bytes a row, as pg_column_size counts
"$psql" -Xq "$server=bench_source" >/dev/null <<SQL
create table accounts (id bigint primary key, name text not null, email text not null, amount numeric(12,2) not null,
  created timestamptz not null, active boolean not null, note text, code text not null);
insert into accounts select i, 'Customer number ' || i, 'Customer.' || i || '@Example.org', i * 1.25,
  timestamptz '2020-01-01 UTC' + i * interval '1 minute', i % 3 = 0, 'a note on customer ' || i, md5(i::text)
  from generate_series(1, $rows) as i;
vacuum analyze accounts;
checkpoint;
SQL
"$psql" -XAtc "select 'bytes a row: ' || round(avg(pg_column_size(a))) from (select * from accounts limit 1000) as a" "$server=bench_source"

prepare() {
  "$psql" -Xqc 'drop database if exists bench_run' -c 'create database bench_run template bench_source' -c checkpoint "$server=postgres" 2>/dev/null
}
run_waxwing() { "$floor" peak "$waxwing" -q -C "$work/project" --url "$server=bench_run" upgrade "$1" >"$work/peak"; }
run_update() {
  "$psql" -Xqc "update accounts set name = upper(name), email = lower(email), note = 'row ' || id" "$server=bench_run"
}
sum() { "$psql" -XAtc "select md5(string_agg(a::text, '' order by id)) from accounts as a" "$server=bench_run"; }

names=(rebuild update floor pipe sql)
declare -A times sums
for ((i = 0; i < runs; ++i)); do
  for name in "${names[@]}"; do
    prepare
    start=$(date +%s%N)
    case $name in
      rebuild | update) run_waxwing "$name" ;;
      floor) "$floor" spool "$server=bench_run" ;;
      pipe) "$floor" pipe "$server=bench_run" ;;
      sql) run_update ;;
    esac
    times[$name]+="$((($(date +%s%N) - start) / 1000000)) "
    [[ $name != rebuild ]] || peak=$(tail -1 "$work/peak")
    [[ $i -gt 0 ]] || sums[$name]=$(sum)
  done
done
for name in "${names[@]}"; do
  [[ ${sums[$name]} == "${sums[sql]}" ]] || { echo "$name ends with other rows than one UPDATE"; exit 1; }
done
median() { tr ' ' '\n' <<<"${times[$1]}" | sed '/^$/d' | sort -n | sed -n "$(((runs + 1) / 2))p"; }
line() { # LABEL A B LIMIT
  awk -v l="$1" -v a="$(median "$2")" -v b="$(median "$3")" -v m="$4" 'BEGIN { printf "%-52s %7d ms %7d ms %6.2fx %6s\n", l, a, b, a / b, m }'
}
printf '%-52s %10s %10s %7s %6s\n' "$rows rows" waxwing other ratio limit
line 'rebuild (floor: C, one connection)' rebuild floor 1.25x
line 'rebuild (C, two connections, a bare new table)' rebuild pipe ''
line 'rebuild (one UPDATE)' rebuild sql 1x
line 'update, every row changed (one UPDATE)' update sql ''
printf 'peak memory of rebuild: %d MiB (limit 32)\n' $((peak / 1024))
