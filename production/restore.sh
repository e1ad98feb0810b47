#!/bin/sh
# Brings a backup into the PostgreSQL of this stack. Only into databases that do not exist yet, as on a new volume: nothing is
# ever replaced. Server, UI and worker must be stopped; PostgreSQL is started. Run it in the stack's directory.
#
# Usage: sh production/restore.sh BACKUP   (a directory that backup.sh has made)
set -eu

DATABASES="temporal temporal_visibility"

fail() {
  echo "restore: $*" >&2
  exit 1
}

[ $# -eq 1 ] || {
  echo "Usage: sh production/restore.sh BACKUP" >&2
  exit 2
}
for database in $DATABASES; do
  [ -s "$1/$database.dump" ] || fail "$1/$database.dump is not there: not a backup"
done
running=$(docker compose ps --services --status running --status restarting | grep -v '^postgres$' || true)
# Unquoted: one line of what is one a line.
# shellcheck disable=SC2086,SC2116
[ -z "$running" ] || fail "these run, and would write. First: docker compose stop $(echo $running)"
docker compose up --detach --wait postgres

# $1 database, $2 question.
ask() {
  docker compose exec -T postgres psql --username=temporal --no-psqlrc --tuples-only --no-align --dbname="$1" --command="$2"
}

# The image makes an empty database `temporal` on a new volume.
for database in $DATABASES; do
  there=$(ask postgres "select count(*) from pg_database where datname = '$database'")
  if [ "$there" = 1 ]; then
    tables=$(ask "$database" "select count(*) from information_schema.tables where table_schema = 'public'")
    [ "$tables" = 0 ] || fail "$database holds $tables tables: it is not replaced. Restore into a new volume (docs/production.md)"
  fi
done
for database in $DATABASES; do
  there=$(ask postgres "select count(*) from pg_database where datname = '$database'")
  [ "$there" = 1 ] || ask postgres "create database $database"
  docker compose exec -T postgres pg_restore --username=temporal --no-owner --exit-on-error --dbname="$database" <"$1/$database.dump"
  echo "restore: $database is there"
done
echo "restore: done. Start everything: docker compose up -d --wait"
