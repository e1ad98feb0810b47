/**
 * What makes and reads back a dump, inside the container of the database. Pure.
 *
 * Passwords stay in the container: a script reads them from the variables (or files) that the container itself has. Names
 * come to it by variables `BK_…`, never as a part of its text. `sh` and the database's own programs are all that the
 * container needs.
 */
import type { ContainerCommand, DumpPart, MongoDump, PostgresDump, PrometheusDump, SqliteDump } from './types.js';

function script(
  part: DumpPart,
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): ContainerCommand {
  const given = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    argv: ['sh', '-euc', text],
    environment: Object.fromEntries(given),
    ...(part.as === undefined ? {} : { user: part.as }),
  };
}

/** The variables of the official image; its local socket asks for no password, and a role without one needs none. */
const POSTGRES_LOGIN = `
export PGUSER="\${BK_USER:-\${PGUSER:-\${POSTGRES_USER:-$(id -un 2>/dev/null | grep -vx root || echo postgres)}}}"
export PGDATABASE="\${BK_DATABASE:-\${PGDATABASE:-\${POSTGRES_DB:-$PGUSER}}}"
if [ -z "\${PGPASSWORD-}" ]; then
  if [ -n "\${POSTGRES_PASSWORD-}" ]; then export PGPASSWORD="$POSTGRES_PASSWORD"
  elif [ -r "\${POSTGRES_PASSWORD_FILE-}" ]; then PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); export PGPASSWORD; fi
fi
ask() { psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --set=name="$PGDATABASE" \\
  --set=former="$PGDATABASE$BK_FORMER" --dbname=template1; }
`;
/**
 * Whoever is connected keeps a database from being renamed or dropped; so does the pg_restore of a run that was cancelled or
 * killed, which may run on in the container for a moment, between two connections even.
 */
const ALONE = `
alone() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    echo "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and (datname = :'name' or application_name = 'bk_restore')" | ask >/dev/null
    if echo "$1" | ask; then return 0; fi
    sleep 1
  done
  return 1
}
there() { [ -n "$(echo "select 1 from pg_database where datname = :'$1'" | ask)" ]; }
`;
/** What a database is called while the restored one is made. PostgreSQL cuts names at 63 bytes: it would cut this too. */
const FORMER = '_bk_former';

const postgres = (part: PostgresDump, text: string): ContainerCommand =>
  script(part, POSTGRES_LOGIN + text, { BK_USER: part.user ?? part.as, BK_DATABASE: part.name, BK_FORMER: FORMER });

/** Prints the name of the database when it is there, and nothing when it is not. */
export const postgresLookCommand = (part: PostgresDump): ContainerCommand =>
  postgres(part, `echo "select datname from pg_database where datname = :'name'" | ask`);

/** Custom format on standard output. */
export const postgresDumpCommand = (part: PostgresDump): ContainerCommand =>
  postgres(part, 'exec pg_dump --format=custom --no-password');

/**
 * Before a dump is read back: the present database is put aside under another name. When one lies there already, a former
 * restore was cut short: what has its name is that restore's half, and goes.
 */
export const postgresSetAsideCommand = (part: PostgresDump): ContainerCommand =>
  postgres(
    part,
    `${ALONE}
[ "$(printf %s "$PGDATABASE$BK_FORMER" | wc -c)" -le 63 ] || { echo "the name $PGDATABASE is too long" >&2; exit 1; }
if ! there name; then exit 0; fi
if there former; then alone 'drop database if exists :"name"'; else alone 'alter database :"name" rename to :"former"'; fi`,
  );

/** The dump is on standard input. Makes the database with its owner, rights and settings as they were. */
export const postgresRestoreCommand = (part: PostgresDump): ContainerCommand =>
  postgres(
    part,
    'export PGAPPNAME=bk_restore; exec pg_restore --create --exit-on-error --no-password --dbname=template1',
  );

/** After a dump was read back whole: what was put aside goes. */
export const postgresDropFormerCommand = (part: PostgresDump): ContainerCommand =>
  postgres(part, `echo 'drop database if exists :"former"' | ask`);

/** After it failed: what was put aside comes back. */
export const postgresTakeBackCommand = (part: PostgresDump): ContainerCommand =>
  postgres(
    part,
    `${ALONE}
if ! there former; then exit 0; fi
alone 'drop database if exists :"name"'
echo 'alter database :"former" rename to :"name"' | ask`,
  );

/** The table of contents of the dump on standard input, which proves that it can be read. */
export const postgresListCommand = (part: PostgresDump): ContainerCommand => script(part, 'exec pg_restore --list', {});

/** The variables of the official image. The password goes by a file descriptor: everybody can read a command line. */
const MONGO_LOGIN = `
user=\${MONGO_INITDB_ROOT_USERNAME:-}
[ -n "$user" ] || [ ! -r "\${MONGO_INITDB_ROOT_USERNAME_FILE-}" ] || user=$(cat "$MONGO_INITDB_ROOT_USERNAME_FILE")
password=\${MONGO_INITDB_ROOT_PASSWORD:-}
[ -n "$password" ] || [ ! -r "\${MONGO_INITDB_ROOT_PASSWORD_FILE-}" ] || password=$(cat "$MONGO_INITDB_ROOT_PASSWORD_FILE")
[ -z "\${BK_DATABASE-}" ] || set -- "$@" "$BK_SCOPE=$BK_DATABASE$BK_ALL"
[ -n "$user" ] || exec "$@"
quoted=$(printf %s "$password" | sed "s/'/''/g")
exec "$@" --authenticationDatabase=admin --username="$user" --config=/dev/fd/3 3<<END
password: '$quoted'
END
`;

const mongo = (part: MongoDump, program: string, scope: string, all: string): ContainerCommand =>
  script(part, `set -- ${program}\n${MONGO_LOGIN}`, { BK_DATABASE: part.name, BK_SCOPE: scope, BK_ALL: all });

/** One archive on standard output. */
export const mongoDumpCommand = (part: MongoDump): ContainerCommand => mongo(part, 'mongodump --archive', '--db', '');
/** The archive is on standard input. */
export const mongoRestoreCommand = (part: MongoDump): ContainerCommand =>
  mongo(part, 'mongorestore --drop --archive', '--nsInclude', '.*');

/** Status of a container that has neither sqlite3 nor Python. */
export const NO_SQLITE_STATUS = 90;

/** A copy by SQLite's own online backup, on standard output; with Python where the container has no sqlite3. */
export const sqliteDumpCommand = (part: SqliteDump): ContainerCommand =>
  script(
    part,
    `
[ -r "$BK_FILE" ] || { echo "$BK_FILE cannot be read" >&2; exit 1; }
if command -v sqlite3 >/dev/null; then by=sqlite3
elif command -v python3 >/dev/null && python3 -c 'import sqlite3'; then by=python3
else exit ${NO_SQLITE_STATUS}; fi
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT
if [ $by = sqlite3 ]; then sqlite3 -bail "$BK_FILE" '.timeout 60000' ".backup '$copy'"
else python3 -c 'import os, sqlite3, sys
sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=60).backup(sqlite3.connect(sys.argv[2]))' "$BK_FILE" "$copy"; fi
cat "$copy"`,
    { BK_FILE: part.file },
  );

export const prometheusAddress = (part: PrometheusDump): string => part.address ?? 'http://127.0.0.1:9090';
export const prometheusDirectory = (part: PrometheusDump): string =>
  (part.directory ?? '/prometheus').replace(/\/+$/, '');

/** Prints Prometheus' answer. Needs `--web.enable-admin-api`. */
export const prometheusSnapshotCommand = (part: PrometheusDump): ContainerCommand =>
  script(
    part,
    `url="\${BK_ADDRESS%/}/api/v1/admin/tsdb/snapshot"
if command -v wget >/dev/null; then exec wget -q -O - --post-data= "$url"; else exec curl -sS -f -X POST "$url"; fi`,
    { BK_ADDRESS: prometheusAddress(part) },
  );

/** `name`: of a snapshot, checked to be one. */
export const prometheusRemoveCommand = (part: PrometheusDump, name: string): ContainerCommand =>
  script(part, 'rm -rf -- "$BK_SNAPSHOT"', { BK_SNAPSHOT: `${prometheusDirectory(part)}/snapshots/${name}` });
