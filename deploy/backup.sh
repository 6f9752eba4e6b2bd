#!/usr/bin/env bash
# Backup of a school that goes on meanwhile: deploy/backup.sh FOLDER
#
# Makes FOLDER/<moment>/ with the database, the files and their checksums.  Reads
# DATABASE_URL and YINLING_DATA like the product does; PostgreSQL needs pg_dump in PATH,
# of the server's version or newer.
#
# Exercised: tests/test_backup.py, on SQLite and on PostgreSQL 18, there and back.
# Not exercised: recordings of a whole term.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
data=${YINLING_DATA:-$here/var}
target=${1:?"Usage: deploy/backup.sh FOLDER"}/$(date -u +%Y%m%dT%H%M%SZ)
# It holds everything that the school knows of people.
umask 077
mkdir -p "$target"

# The database first: files are only ever added, so every file that a row of this copy
# names is there when the files are copied.  The other way round one could be missing.
if [[ ${DATABASE_URL:-} == postgres* ]]; then
  pg_dump --format=custom --no-owner --file="$target/database.dump" --dbname="$DATABASE_URL"
else
  "$here/.venv/bin/python" - "$data/yinling.sqlite3" "$target/database.sqlite3" <<'PYTHON'
import sqlite3
import sys

# The backup call, not a copy of the file: what is only in the write-ahead log counts too.
with sqlite3.connect(sys.argv[1]) as source, sqlite3.connect(sys.argv[2]) as target:
    source.backup(target)
PYTHON
fi

# The keys too, where they lie here: without them nobody's sealed fields can be read.
parts=()
for part in media recordings private secret_key data_key index_key; do
  [ -e "$data/$part" ] && parts+=("$part")
done
tar --create --file="$target/files.tar" --directory="$data" "${parts[@]}"

(cd "$target" && sha256sum database.* files.tar >SHA256SUMS)
echo "$target"
