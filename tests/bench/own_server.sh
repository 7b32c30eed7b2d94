# For the scripts beside it: start_server DATABASE [MAX_WAL_SIZE] starts a server of its own in a new folder, with its
# usual settings, and leaves $bin, $home and libpq's variables; end_server takes it away, and runs at the end by itself.
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
home=$(mktemp -d /var/tmp/waxwing-bench-XXXXXX)
as_server() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid postgres --regid postgres --clear-groups "$@"; else "$@"; fi; }
end_server() {
  as_server "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap end_server EXIT
start_server() {
  [ "$(id -u)" -ne 0 ] || chown postgres "$home"
  as_server "$bin/initdb" -D "$home/data" -U postgres -A trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  as_server "$bin/pg_ctl" -D "$home/data" -o "-k $home -c listen_addresses= -c max_wal_size=${2:-4GB}" -l "$home/log" -w start >/dev/null
  export PGHOST=$home PGUSER=postgres PGDATABASE=$1
  "$bin/createdb" "$1"
}
