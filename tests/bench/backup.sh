#!/usr/bin/env bash
# `backup.sh WAXWING [MIB]`: a backup with its proof against pg_dump and pg_restore by hand, on a server of its own with
# its usual settings and a database of some MIB (1024). Needs three times that on /var/tmp and ends with the ratio.
set -euo pipefail
waxwing=$1
mib=${2:-1024}
source "$(dirname "$0")/own_server.sh"
start_server shop
echo "filling $mib MiB" >&2
"$bin/psql" -Xqc "
create table customers (id bigint primary key, email text not null, created timestamptz not null, note text);
create table orders (id bigint primary key, customer_id bigint not null, placed timestamptz not null, total numeric(12,2), status text, details jsonb, reference uuid);
insert into customers select n, 'customer' || n || '@example.org', now() - n * interval '1 min', md5(n::text) || ' ' || repeat(md5((n * 7)::text) || ' ', 3)
  from generate_series(1, $mib * 515) n;
insert into orders select n, 1 + n % ($mib * 515), now() - n * interval '10 s', (n % 100000) / 7.0, (array['new', 'paid', 'sent', 'returned'])[1 + n % 4],
  jsonb_build_object('sku', 'A-' || n % 977, 'count', n % 9, 'text', md5(n::text), 'colour', (array['red', 'green', 'blue'])[1 + n % 3]), gen_random_uuid()
  from generate_series(1, $mib * 4120) n;
alter table orders add foreign key (customer_id) references customers;
create index on orders (customer_id);
analyze; checkpoint"
"$bin/psql" -XAtc "select 'database: ' || pg_size_pretty(pg_database_size('shop'))"
mkdir "$home/project" && echo 'return {}' >"$home/project/waxwing.lua"
seconds() { local from=$EPOCHREALTIME; "$@" >&2; awk "BEGIN { print $EPOCHREALTIME - $from }"; }
by_hand() {
  "$bin/pg_dump" -Fc -f "$home/hand.dump" shop
  "$bin/createdb" by_hand
  "$bin/pg_restore" -d by_hand "$home/hand.dump"
}
hand=$(seconds by_hand)
"$bin/dropdb" by_hand
ls -l "$home/hand.dump" | awk '{ print "file by hand: " int($5 / 1048576) " MiB" }'
rm "$home/hand.dump"
"$bin/psql" -Xqc checkpoint
ours=$(seconds "$waxwing" backup -C "$home/project" --url "postgresql:///shop?host=$home&user=postgres")
ls -l "$home"/project/backups/*.dump | awk '{ print "file of waxwing: " int($5 / 1048576) " MiB" }'
awk "BEGIN { printf \"by hand %.1f s, waxwing with proof %.1f s, ratio %.2f\n\", $hand, $ours, $ours / $hand }"
