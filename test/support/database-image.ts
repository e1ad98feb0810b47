/** PostgreSQL and SQLite in an image: the programs of this machine with their libraries, on a static busybox. */
import { readdir } from 'node:fs/promises';
import { createProgramsImage, type ProgramsImage } from './programs-image.js';

export type DatabaseImage = ProgramsImage;

const DEBIAN = '/usr/lib/postgresql';
const PROGRAMS = ['postgres', 'initdb', 'pg_ctl', 'psql', 'pg_dump', 'pg_restore', 'createdb', 'dropdb', 'pg_isready'];

/** As the official image: database and role by POSTGRES_…; here the socket too asks for the password. While it is set up it answers elsewhere. */
const ENTRY = `#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  echo "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --auth=scram-sha-256 --pwfile=/tmp/password --no-locale -E UTF8 -N >/dev/null
  PGPASSWORD=$POSTGRES_PASSWORD; export PGPASSWORD
  pg_ctl -D "$PGDATA" -w -o "-k /tmp -c listen_addresses=''" start >/dev/null
  createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl -D "$PGDATA" -w -m fast stop >/dev/null
fi
exec postgres -c fsync=off -c listen_addresses=
`;

const dockerfile = (
  version: string,
): string => `RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin && chmod 1777 /tmp && chown -R 70:70 /var/lib/postgresql /var/run/postgresql"]
ENV PATH=/usr/lib/postgresql/${version}/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
ENV POSTGRES_USER=bird POSTGRES_DB=birds POSTGRES_PASSWORD=s3cret-of-birds
USER 70:70
STOPSIGNAL SIGINT
CMD ["sh", "/entry"]
`;

export const DATABASE_PASSWORD = 's3cret-of-birds';

export async function createDatabaseImage(): Promise<DatabaseImage> {
  const version = (await readdir(DEBIAN)).sort().at(-1) ?? '';
  const libraries = (await readdir(`${DEBIAN}/${version}/lib`)).filter((name) =>
    /^(plpgsql|dict_snowball|libpqwalreceiver|utf8_and)/.test(name),
  );
  return createProgramsImage({
    name: 'database',
    linked: [
      ...PROGRAMS.map((name) => `${DEBIAN}/${version}/bin/${name}`),
      ...libraries.map((name) => `${DEBIAN}/${version}/lib/${name}`),
      '/usr/bin/sqlite3',
    ],
    copied: [`/usr/share/postgresql/${version}`],
    directories: ['var/lib/postgresql/data', 'var/run/postgresql', 'tmp', 'etc', 'usr/share/zoneinfo'],
    files: { 'etc/passwd': 'root:x:0:0::/:/bin/sh\npostgres:x:70:70::/tmp:/bin/sh\n', entry: ENTRY },
    dockerfile: dockerfile(version),
  });
}
