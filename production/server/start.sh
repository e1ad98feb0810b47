#!/bin/sh
# Starts the Temporal server: what its image does, with the database's password from a file. In the environment of the
# service it would be shown by `docker inspect`.
set -eu

file=/run/secrets/postgres-password
if [ ! -r "$file" ]; then
  echo "server: $file cannot be read. On the host: sh production/make-secrets.sh, then up again." >&2
  exit 1
fi
POSTGRES_PWD=$(cat "$file")
# A static program finds its user nowhere else.
USER=${USER:-temporal}
HOME=${HOME:-/tmp}
export POSTGRES_PWD USER HOME

exec temporal-server --allow-no-auth start
