/** PostgreSQL and SQLite in an image: the programs of this machine with their libraries, on a static busybox. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../activities/shared/run-command.js';

export interface DatabaseImage {
  readonly tag: string;
  remove(): Promise<void>;
}

const BUSYBOX = process.env['BIRDKEEPER_TEST_BUSYBOX'] ?? '/bin/busybox';
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

const dockerfile = (version: string): string => `FROM scratch
COPY busybox /bin/busybox
COPY root /
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin && chmod 1777 /tmp && chown -R 70:70 /var/lib/postgresql /var/run/postgresql"]
ENV PATH=/usr/lib/postgresql/${version}/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
ENV POSTGRES_USER=bird POSTGRES_DB=birds POSTGRES_PASSWORD=s3cret-of-birds
USER 70:70
STOPSIGNAL SIGINT
CMD ["sh", "/entry"]
`;

export const DATABASE_PASSWORD = 's3cret-of-birds';

export async function createDatabaseImage(): Promise<DatabaseImage> {
  const version = (await readdir(DEBIAN)).sort().at(-1) ?? '';
  const tag = `bk-test-database-${randomBytes(4).toString('hex')}:1`;
  const context = await mkdtemp(join(tmpdir(), 'bk-test-database-'));
  const root = join(context, 'root');
  try {
    const programs = [...PROGRAMS.map((name) => `${DEBIAN}/${version}/bin/${name}`), '/usr/bin/sqlite3'];
    const libraries = (await readdir(`${DEBIAN}/${version}/lib`))
      .filter((name) => /^(plpgsql|dict_snowball|libpqwalreceiver|utf8_and)/.test(name))
      .map((name) => `${DEBIAN}/${version}/lib/${name}`);
    const linked = (await Promise.all([...programs, ...libraries].map(librariesOf))).flat();
    for (const path of new Set([...programs, ...libraries, ...linked, `/usr/share/postgresql/${version}`])) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await cp(path, join(root, path), { recursive: true, dereference: true });
    }
    for (const path of ['var/lib/postgresql/data', 'var/run/postgresql', 'tmp', 'etc', 'usr/share/zoneinfo']) {
      await mkdir(join(root, path), { recursive: true });
    }
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\npostgres:x:70:70::/tmp:/bin/sh\n');
    await writeFile(join(root, 'entry'), ENTRY);
    await cp(BUSYBOX, join(context, 'busybox'));
    await writeFile(join(context, 'Dockerfile'), dockerfile(version));
    await docker('build', '--quiet', '--network', 'none', '--tag', tag, context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return { tag, remove: async () => void (await docker('rmi', '--force', tag).catch(() => undefined)) };
}

/** Loader and shared libraries of a program. */
async function librariesOf(path: string): Promise<string[]> {
  const { stdout } = await run('ldd', path);
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, found]) => found ?? []);
}

const docker = (...args: string[]) => run('docker', ...args);
function run(file: string, ...args: string[]) {
  const env = { ...(process.env as Record<string, string>), DOCKER_BUILDKIT: '0' };
  return runCommand({ file, args }, { env, signal: new AbortController().signal, timeoutMs: 180_000 });
}
