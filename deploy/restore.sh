#!/usr/bin/env bash
# Puts a backup back: deploy/restore.sh FOLDER/<moment>
#
# Stop the school first.  Goes into an empty data folder and, on PostgreSQL, an empty
# database (createdb): a school that is there is never overwritten.
#
# Exercised: tests/test_backup.py, on SQLite and on PostgreSQL 18.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
data=${YINLING_DATA:-$here/var}
source=$(cd "${1:?"Usage: deploy/restore.sh FOLDER/<moment>"}" && pwd)

(cd "$source" && sha256sum --check --quiet SHA256SUMS)

umask 077
mkdir -p "$data"
for part in yinling.sqlite3 media recordings private secret_key data_key index_key; do
  # Empty folders are made by any command; they are nothing to lose.
  if [ -n "$(find "$data/$part" -type f -print -quit 2>/dev/null)" ]; then
    echo "$data/$part is there already. Move it away first." >&2
    exit 1
  fi
done

if [[ ${DATABASE_URL:-} == postgres* ]]; then
  # All or nothing, and an error where a table is there already.
  pg_restore --no-owner --exit-on-error --single-transaction --dbname="$DATABASE_URL" \
    "$source/database.dump"
else
  cp "$source/database.sqlite3" "$data/yinling.sqlite3"
fi
tar --extract --file="$source/files.tar" --directory="$data"
echo "Restored. Next: python3 dev.py prepare --no-demo, then start the school."
