#!/usr/bin/env bash
# `fix.sh WAXWING [ROWS]`: a fix that updates some rows (100000) and its undo against the bare statement, on a server of
# its own with its usual settings. Ends with the ratios.
set -euo pipefail
waxwing=$1
rows=${2:-100000}
source "$(dirname "$0")/own_server.sh"
start_server shop
"$bin/psql" -Xqc "create table orders (id bigint primary key, customer_id bigint not null, placed timestamptz not null,
  total numeric(12,2), status text, details jsonb, reference uuid);
insert into orders select n, n % 1000, now(), (n % 100000) / 7.0, 'new', jsonb_build_object('sku', 'A-' || n % 977), gen_random_uuid()
  from generate_series(1, $rows) n;
create index on orders (customer_id)"
tidy() { "$bin/psql" -Xqc "vacuum full orders" -c "vacuum analyze orders" -c checkpoint; }
mkdir -p "$home/project/fixes" && echo 'return {}' >"$home/project/waxwing.lua"
cat >"$home/project/fixes/sent.lua" <<'LUA'
local f = fix { name = "sent", reason = "they were sent", touches = { "orders" } }
function f.run() db.execute("update orders set status = 'sent' where status = 'new'") end
return f
LUA
seconds() { local from=$EPOCHREALTIME; "$@" >/dev/null 2>&1; awk "BEGIN { print $EPOCHREALTIME - $from }"; }
there=(-C "$home/project" --url "postgresql:///shop?host=$home&user=postgres" --quiet)
tidy
bare=$(seconds "$bin/psql" -Xqc "update orders set status = 'sent' where status = 'new'")
"$bin/psql" -Xqc "update orders set status = 'new' where true"
tidy
"$waxwing" fix run sent "${there[@]}" >/dev/null
tidy
fix=$(seconds "$waxwing" fix run sent --commit "${there[@]}")
tidy
run=$("$bin/psql" -XAtc "select run from waxwing.fix")
undo=$(seconds "$waxwing" fix undo "$run" "${there[@]}")
"$bin/psql" -XAtc "select 'rows back: ' || count(*) from orders where status = 'new'"
awk "BEGIN { printf \"bare %.2f s, fix %.2f s (%.2f), undo %.2f s (%.2f of the fix)\n\", $bare, $fix, $fix / $bare, $undo, $undo / $fix }"
