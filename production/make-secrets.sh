#!/bin/sh
# Makes the password of the database, once. What is there is never replaced: PostgreSQL keeps the one it was made with.
#
# Usage: sh production/make-secrets.sh [DIRECTORY]   (default: BIRDKEEPER_SECRETS_DIR, else /etc/birdkeeper/secrets)
set -eu

directory=${1:-${BIRDKEEPER_SECRETS_DIR:-/etc/birdkeeper/secrets}}
file=$directory/postgres-password

# Only root passes through the directory. The file itself is for everybody: a container sees it alone, as a user of its own.
umask 077
mkdir -p "$directory"
chmod 700 "$directory"
if [ -s "$file" ]; then
  echo "$file is there already and was left as it is"
  exit 0
fi
# Letters and digits only: it stands in YAML and in addresses.
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$file.part"
chmod 444 "$file.part"
mv "$file.part" "$file"
echo "made $file"
