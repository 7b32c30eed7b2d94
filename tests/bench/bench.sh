#!/usr/bin/env bash
# Measures waxwing against the least a C program can do, both in the same run and in turn. Prints a table of ratios.
# usage: bench.sh WAXWING FLOOR PSQL
set -euo pipefail
waxwing=$1 floor=$2 psql=$3
type "$waxwing" "$floor" "$psql" >/dev/null
work=$(mktemp -d)
trap 'cd /; "$waxwing" -q -C "$work/project" private destroy --yes=project >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
mkdir -p "$work/project/migrations"
echo 'return { url = "private" }' >"$work/project/waxwing.lua"
"$waxwing" -q -C "$work/project" private start >/dev/null
url=$("$waxwing" -q -C "$work/project" private url)
# Both sides are given the same words for the server.
socket=${url##*host=}
socket=${socket%%&*}

database() { # a fresh one, under the name $1
  "$psql" -Xqc "drop database if exists $1" -c "create database $1" "host=$socket user=postgres dbname=postgres" >/dev/null
  echo "host=$socket port=5432 user=postgres dbname=$1"
}

# N revisions of one table each, in SQL so that both sides send the same text
revisions() { # DIRECTORY N
  rm -rf "$1" && mkdir -p "$1"
  local i parent=""
  for ((i = 1; i <= $2; ++i)); do
    printf -- '-- revision: r%05d\n-- revises: %s\n-- message: table %d\n\n-- waxwing: up\ncreate table t%d (id integer primary key, name text not null);\n\n-- waxwing: down\ndrop table t%d;\n' \
      "$i" "$parent" "$i" "$i" "$i" >"$1/$(printf 'r%05d' "$i").sql"
    parent=$(printf 'r%05d' "$i")
  done
}

now() { date +%s%N; }
# Runs A and B in turn, RUNS times each, and prints the medians and their ratio.
compare() { # LABEL LIMIT RUNS PREPARE A B
  local label=$1 limit=$2 runs=$3 prepare=$4 a=$5 b=$6 i t as=() bs=()
  for ((i = 0; i < runs; ++i)); do
    eval "$prepare"; sync; t=$(now); eval "$a" >/dev/null 2>&1; as+=($((($(now) - t) / 1000)))
    eval "$prepare"; sync; t=$(now); eval "$b" >/dev/null 2>&1; bs+=($((($(now) - t) / 1000)))
  done
  local am bm
  am=$(printf '%s\n' "${as[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p")
  bm=$(printf '%s\n' "${bs[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p")
  awk -v l="$label" -v a="$am" -v b="$bm" -v m="$limit" 'BEGIN { printf "%-46s %9.1f ms %9.1f ms %7.2fx %7sx\n", l, a/1000, b/1000, a/b, m }'
}

printf '%-46s %12s %12s %8s %8s\n' case waxwing floor ratio limit
run="$waxwing -q -C $work/project"
compare '--version (floor: psql --version)' 2 15 : "$waxwing --version" "$psql --version"

revisions "$work/project/migrations" 10
target=$(database bench_current)
$run --url "$target" upgrade head >/dev/null
compare 'current, 10 revisions' 1.5 15 : "$run --url '$target' current" "$floor connect '$target'"

revisions "$work/project/migrations" 1000
compare 'upgrade of 1000 revisions' 1.1 3 'target=$(database bench_upgrade)' "$run --url \"\$target\" upgrade head" "$floor upgrade \"\$target\" $work/project/migrations"

for count in 5000 10000; do
  revisions "$work/project/migrations" $count
  target=$(database bench_many)
  $run --url "$target" stamp head >/dev/null
  for command in 'upgrade head' history heads current; do
    compare "$command, $count files" 4 5 : "$run --url '$target' $command" "$floor read '$target' $work/project/migrations"
  done
done
