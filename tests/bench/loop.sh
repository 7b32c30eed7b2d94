#!/usr/bin/env bash
# `loop.sh WAXWING PSQL [ACTIVITIES]`: the checks of the sample project's irreversible migration over some activities
# (1000000) against the same SQL in psql, in turn; and the report of a run of 500 statements.
set -euo pipefail
waxwing=$1 psql=$2 activities=${3:-1000000} runs=7
type "$waxwing" "$psql" >/dev/null
sample=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'cd /; "$waxwing" -q -C "$work" private destroy --yes="$(basename "$work")" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cp -r "$sample/migrations" "$work/migrations"
echo 'return { url = "private" }' >"$work/waxwing.lua"
run="$waxwing -q -C $work"
$run private start >/dev/null
$run upgrade 1294713df196 >/dev/null
url=$($run private url)
"$psql" -Xq "$url" -c "insert into activities (page_number, book_id) select n, id from (select id, row_number() over () as place from books) b, generate_series(1, $activities / 15) n" -c 'vacuum analyze'
cat >"$work/checks.sql" <<'SQL'
begin read only;
select count(*) from books where dream_storage_id is null;
select dream_storage_id from books where dream_storage_id !~ '^[0-9]+$' limit 5;
select count(*) from assignments a left join books b on a.book_id = b.id where b.id is null;
select count(*) from activities a left join books b on a.book_id = b.id where b.id is null;
select count(*) from books;
select count(*) from assignments;
select count(*) from activities;
select count(*) from book_assignments;
commit;
SQL
now() { date +%s%N; }
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
line() { awk -v l="$1" -v a="$2" -v b="$3" -v m="$4" 'BEGIN { printf "%-46s %9.1f ms %9.1f ms %7.2fx %7sx\n", l, a/1000, b/1000, a/b, m }'; }
ours=() theirs=()
for ((i = 0; i < runs; ++i)); do
  t=$(now); $run preflight 72e10c4c221a >/dev/null; ours+=($((($(now) - t) / 1000)))
  t=$(now); "$psql" -Xq "$url" -f "$work/checks.sql" >/dev/null; theirs+=($((($(now) - t) / 1000)))
done
printf '%-46s %12s %12s %8s %8s\n' case waxwing psql ratio limit
line "preflight, $activities activities" "$(median "${ours[@]}")" "$(median "${theirs[@]}")" 1.2

cat >"$work/migrations/b500.sql" <<SQL
-- revision: b500
-- revises: 1294713df196
-- message: five hundred statements

-- waxwing: up
$(for ((i = 0; i < 250; ++i)); do echo "create table t$i (id integer primary key, name text not null); insert into t$i select n, 'x' from generate_series(1, 10) n;"; done)

-- waxwing: down
$(for ((i = 0; i < 250; ++i)); do echo "drop table t$i;"; done)
SQL
$run upgrade b500 >/dev/null
for format in --md --html --json; do
  times=()
  for ((i = 0; i < runs; ++i)); do t=$(now); $run report $format >"$work/report"; times+=($((($(now) - t) / 1000))); done
  awk -v l="report of 500 statements, $format" -v a="$(median "${times[@]}")" 'BEGIN { printf "%-46s %9.1f ms   (limit 100 ms)\n", l, a/1000 }'
done
