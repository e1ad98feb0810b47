#!/bin/sh
# Dumps the databases of Temporal while it runs, into a new directory below the given one, and prints its path. What is not
# whole has no name yet: a directory of that form is a backup. Run it in the stack's directory.
#
# Usage: sh production/backup.sh DIRECTORY
set -eu

# In this order: visibility, which only finds workflows, may be younger than what it is about, never older.
DATABASES="temporal temporal_visibility"

[ $# -eq 1 ] || {
  echo "Usage: sh production/backup.sh DIRECTORY" >&2
  exit 2
}
umask 077
mkdir -p "$1"
target=$1/temporal-$(date -u +%Y%m%dT%H%M%SZ)
part=$target.part
mkdir "$part"
trap 'rm -rf "$part"' EXIT
for database in $DATABASES; do
  docker compose exec -T postgres pg_dump --username=temporal --format=custom "$database" >"$part/$database.dump"
done
mv "$part" "$target"
echo "$target"
