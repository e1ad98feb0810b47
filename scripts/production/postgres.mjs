import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEBIAN_IMAGE, ensureDebianImage, STAND_IN_LABEL } from '../setup/debian-base.mjs';
import { cacheDirectory } from '../setup/environment.mjs';
import { inScratch } from '../setup/leaving.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from '../setup/report.mjs';
import { describeFailure, run } from '../setup/run.mjs';
import { buildStandIn } from './stand-ins.mjs';

/**
 * PostgreSQL for the name of the official image. Debian 12 has version 15, which stands for the file's 16: what Temporal asks of
 * it is the same in both.
 */
const MAJOR = '15';
/** System with PostgreSQL, out of our cache, before the parts that are ours. */
const BASE = 'birdkeeper.local/stand-in/postgresql:15';

/** What the official image is started with, as far as the production form uses it; the words are ours. */
const ENTRY_POINT = `#!/bin/sh
set -eu

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown postgres:postgres "$PGDATA"
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

: "\${POSTGRES_USER:=postgres}"
: "\${POSTGRES_DB:=$POSTGRES_USER}"
if [ -n "\${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "\${POSTGRES_PASSWORD:-}" ] || { echo "no password was given: POSTGRES_PASSWORD_FILE" >&2; exit 1; }
  echo "$POSTGRES_PASSWORD" > /tmp/password
  # Several options in one variable.
  # shellcheck disable=SC2086
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --auth-local=trust --auth-host=scram-sha-256 --pwfile=/tmp/password \\
    \${POSTGRES_INITDB_ARGS:-}
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -w -o "-c listen_addresses=''" start
  [ "$POSTGRES_DB" = postgres ] || createdb -U "$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl -D "$PGDATA" -w -m fast stop
fi
unset POSTGRES_PASSWORD
exec "$@"
`;

const SYSTEM = `FROM ${DEBIAN_IMAGE}
RUN apt-get update \\
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-common \\
  && sed -i "s/^#*create_main_cluster.*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf \\
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-${MAJOR} \\
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /usr/share/doc /usr/share/man /usr/share/locale
`;

const IMAGE = `FROM ${BASE}
COPY entry-point /usr/local/bin/entry-point
RUN mkdir -p /var/run/postgresql /var/lib/postgresql/data && chown postgres:postgres /var/run/postgresql /var/lib/postgresql/data
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/${MAJOR}/bin LANG=C.UTF-8
ENV PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["entry-point"]
CMD ["postgres", "-c", "listen_addresses=*"]
`;

/**
 * Makes the stand-in for the official image of that name. Throws a SetupProblem when it cannot.
 *
 * @param {string} image
 * @param {NodeJS.ProcessEnv} env
 */
export async function makePostgres(image, env) {
  await loadSystem(env);
  await buildStandIn({ image, dockerfile: IMAGE, texts: { 'entry-point': ENTRY_POINT } }, env);
  await must(['image', 'rm', '--no-prune', BASE], env);
}

/** @param {NodeJS.ProcessEnv} env */
async function loadSystem(env) {
  const tar = join(cacheDirectory(env), 'production', `postgresql-${MAJOR}.tar`);
  if (!existsSync(tar)) await makeSystem(tar, env);
  await must(['import', '--change', `LABEL ${STAND_IN_LABEL}=postgresql`, tar, BASE], env);
}

/**
 * Flattened, so that it outlives the images that it was made of.
 *
 * @param {string} tar
 * @param {NodeJS.ProcessEnv} env
 */
async function makeSystem(tar, env) {
  const debian = await ensureDebianImage(env);
  tellDetail(`apt-get install postgresql-${MAJOR}, in an image`);
  await withSignOfLife('installing PostgreSQL', () =>
    buildStandIn({ image: BASE, dockerfile: SYSTEM, network: 'host' }, env),
  );
  const container = (await must(['create', BASE, 'true'], env)).trim();
  try {
    await mkdir(dirname(tar), { recursive: true });
    await inScratch(join(dirname(tar), '.exporting-'), async (scratch) => {
      await must(['export', '--output', join(scratch, 'made.tar'), container], env);
      await rename(join(scratch, 'made.tar'), tar);
    });
  } finally {
    await must(['rm', container], env);
    await must(['image', 'rm', BASE], env);
    if (debian.made) await must(['image', 'rm', debian.image], env);
  }
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function must(args, env) {
  const ran = await run('docker', args, { env, timeoutMs: 300_000 });
  if (ran.status !== 0) throw new SetupProblem(describeFailure(`\`docker ${args.slice(0, 2).join(' ')}\``, ran));
  return ran.stdout;
}
