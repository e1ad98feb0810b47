#!/bin/sh
# Makes the two databases of Temporal and brings their schema to the version of this image. Any number of times: what is there
# already is left as it is. Exit status 1 with a message when it cannot.
#
# Environment: POSTGRES_HOST, POSTGRES_USER; POSTGRES_PORT (5432).
set -eu

SECRET=/run/secrets/postgres-password
TRIES=30

fail() {
  echo "schema: $*" >&2
  exit 1
}

[ -r "$SECRET" ] || fail "$SECRET cannot be read. On the host: sh production/make-secrets.sh, then up again."
SQL_PASSWORD=$(cat "$SECRET")
export SQL_PASSWORD

# $1 database, then the command of the tool.
sql() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_HOST" --port "${POSTGRES_PORT:-5432}" -u "$POSTGRES_USER" \
    --db "$database" "$@"
}

# PostgreSQL may be healthy, and be restarted right then.
make_database() {
  left=$TRIES
  until said=$(sql "$1" create-database 2>&1); do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "database $1 cannot be made: $said"
    sleep 1
  done
}

# $1 database, $2 its part of the schema. The files of the schema are in the tool.
upgrade() {
  make_database "$1"
  said=$(sql "$1" setup-schema --version 0.0 2>&1) || fail "the table of versions in $1 cannot be made: $said"
  said=$(sql "$1" update-schema --schema-name "postgresql/v12/$2" 2>&1) || fail "$1 cannot be upgraded: $said"
  echo "schema: $1 is as this version of Temporal needs it"
}

upgrade temporal temporal
upgrade temporal_visibility visibility
