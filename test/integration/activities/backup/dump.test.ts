import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDump, type DumpSurroundings } from '../../../../activities/backup/dump.js';
import { putBackDump } from '../../../../activities/backup/put-back.js';
import type { DumpPart } from '../../../../activities/backup/types.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { createImages, type Images } from '../../../support/images.js';
import { BackupWorld, output } from './world.js';

/** A double of mongodump and mongorestore: same options, the database is a file. */
const MONGO_DOUBLE = `#!/bin/sh
config=
for option; do case $option in --config=*) config=\${option#--config=};; esac; done
echo "$0 $*" >> /data/log
[ -z "$config" ] || cat "$config" >> /data/log
case $0 in
  *mongodump) printf '\\155\\342\\231\\201'; cat /data/db;;
  *) dd bs=1 skip=4 of=/data/db 2>/dev/null;;
esac
`;
/** A double of Prometheus' API behind a real web server: a snapshot as it makes one. */
const PROMETHEUS_DOUBLE = `#!/bin/sh
echo "$REQUEST_METHOD $PATH_INFO" >> /data/log
printf 'Content-Type: application/json\\r\\n\\r\\n'
[ ! -e /data/no-admin ] || { echo '{"status":"error","error":"admin APIs disabled"}'; exit 0; }
mkdir -p /data/snapshots/20260102T030405Z-0a1b/01BLOCK && cp /data/db /data/snapshots/20260102T030405Z-0a1b/01BLOCK/chunks
echo '{"status":"success","data":{"name":"20260102T030405Z-0a1b"}}'
`;

describe('activities/backup/dump', () => {
  let images: Images;
  let world: BackupWorld;
  let around: DumpSurroundings;
  let data: string;
  let into: string;
  beforeAll(async () => {
    images = await createImages();
  });
  afterAll(() => images?.cleanup());
  beforeEach(async () => {
    world = await BackupWorld.create();
    data = await world.mountPoint(await world.volume('data'));
    into = join(world.root, 'dump');
    const { engine, environment } = world.request();
    const directory = join(world.root, 'state');
    around = { engine, environment, directory, step: world.step(), stopped: new Set(), redact: (text) => text };
    await writeFile(join(data, 'db'), 'rows');
  });
  afterEach(() => world.remove());

  /** With programs that the image does not have. */
  async function start(programs: Record<string, string> = {}, options: string[] = []): Promise<void> {
    const directory = join(world.root, 'programs');
    await mkdir(directory);
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(directory, name), text);
      await chmod(join(directory, name), 0o755);
    }
    const mounts = ['--volume', `${world.project}_data:/data`, '--volume', `${directory}:/programs:ro`];
    await world.container(
      'db',
      images.base,
      [...mounts, '--env', 'PATH=/programs:/bin', ...options],
      ['sleep', '3600'],
    );
  }
  const log = () => readFile(join(data, 'log'), 'utf8');

  describe('mongo', () => {
    const part: DumpPart = { kind: 'dump', database: 'mongo', container: 'db' };
    const programs = { mongodump: MONGO_DOUBLE, mongorestore: MONGO_DOUBLE };

    it('is one archive, and is fed back with --drop', async () => {
      await start(programs);
      await makeDump(part, into, around);
      expect((await readFile(join(into, 'mongo.archive'))).subarray(4).toString()).toBe('rows');
      await writeFile(join(data, 'db'), 'others');
      await putBackDump(part, into, around);
      expect(await readFile(join(data, 'db'), 'utf8')).toBe('rows');
      expect(await log()).toBe('/programs/mongodump --archive\n/programs/mongorestore --drop --archive\n');
    });

    it('the password of the container is on no command line', async () => {
      const secret = `it's "\\ $HOME`;
      const login = ['MONGO_INITDB_ROOT_USERNAME=root', `MONGO_INITDB_ROOT_PASSWORD=${secret}`];
      await start(
        programs,
        login.flatMap((variable) => ['--env', variable]),
      );
      await makeDump({ ...part, name: 'birds' }, into, around);
      await putBackDump({ ...part, name: 'birds' }, into, around);
      const options = '--authenticationDatabase=admin --username=root --config=/dev/fd/3';
      const file = `password: 'it''s "\\ $HOME'`;
      expect(await log()).toBe(
        [
          `/programs/mongodump --archive --db=birds ${options}`,
          file,
          `/programs/mongorestore --drop --archive --nsInclude=birds.* ${options}`,
          `${file}\n`,
        ].join('\n'),
      );
    });

    it('what is no archive is refused', async () => {
      await start({ mongodump: '#!/bin/sh\necho oops' });
      await expect(makeDump(part, into, around)).rejects.toMatchObject({
        type: FAILURES.applyFailed,
        message: 'The dump of mongo in db is none: it does not begin as one of mongo does.',
      });
    });
  });

  describe('prometheus', () => {
    const part: DumpPart = {
      kind: 'dump',
      database: 'prometheus',
      container: 'db',
      directory: '/data/',
      address: 'http://127.0.0.1:9090/cgi-bin/prometheus/',
    };

    const startPrometheus = async () => {
      await start({ prometheus: PROMETHEUS_DOUBLE });
      const serve = 'mkdir -p /www/cgi-bin && cp /programs/prometheus /www/cgi-bin/ && httpd -p 9090 -h /www';
      await world.exec('db', 'sh', '-c', serve);
    };

    it('is a snapshot by its own API, which is removed from its directory', async () => {
      await startPrometheus();
      await makeDump(part, into, around);
      expect(await readFile(join(into, 'tsdb/01BLOCK/chunks'), 'utf8')).toBe('rows');
      expect(await readdir(join(data, 'snapshots'))).toEqual([]);
      expect(await log()).toBe('POST /api/v1/admin/tsdb/snapshot\n');
      await putBackDump(part, into, around);
      expect(await readdir(data)).toEqual(['01BLOCK']);
    });

    it('a Prometheus without that API says what to do', async () => {
      await writeFile(join(data, 'no-admin'), '');
      await startPrometheus();
      await expect(makeDump(part, into, around)).rejects.toThrow(/admin APIs disabled.*--web\.enable-admin-api/s);
    });
  });

  describe('sqlite', () => {
    const part: DumpPart = { kind: 'dump', database: 'sqlite', container: 'db', file: '/data/hub.sqlite' };
    const sqlite = (text: string, file = join(data, 'hub.sqlite')) => output('sqlite3', [file, text], {});

    it('without sqlite3 in the container, what is copied while it is stopped holds what was in the journal', async () => {
      await start();
      await sqlite('pragma journal_mode = wal; create table users as select 1 as n');
      const writer = `(echo "insert into users values (2);"; echo ".shell kill -9 \\$PPID") | sqlite3 "${join(data, 'hub.sqlite')}"`;
      await output('sh', ['-c', `${writer}; true`], {});
      expect(await readdir(data)).toContain('hub.sqlite-wal');
      const before = await world.startedAt(`${world.project}-db`);
      await makeDump(part, into, around);
      expect(await world.startedAt(`${world.project}-db`)).not.toBe(before);
      expect([...around.stopped]).toEqual([`${world.project}-db`]);

      await sqlite('delete from users');
      await world.engine.stop(`${world.project}-db`, around.step);
      await putBackDump(part, into, around);
      expect(await sqlite('select n from users; pragma integrity_check')).toBe('1\n2\nok\n');
    });

    it('a database that is not there is told apart, one in the container’s own layer cannot be copied', async () => {
      await start();
      expect(await makeDump(part, into, around)).toBeUndefined();
      await world.exec('db', 'touch', '/own.sqlite');
      const failed = makeDump({ ...part, file: '/own.sqlite' }, into, around);
      await expect(failed).rejects.toThrow(/neither sqlite3 nor Python, and the file lies below no mount/);
    });
  });

  it('a container that is not there, or does not run, is named', async () => {
    const part: DumpPart = { kind: 'dump', database: 'postgres', container: 'db' };
    await expect(makeDump(part, into, around)).rejects.toMatchObject({ type: FAILURES.notFound });
    await start();
    await world.engine.stop(`${world.project}-db`, around.step);
    await expect(makeDump(part, into, around)).rejects.toMatchObject({ type: FAILURES.unhealthy });
    await rm(into, { recursive: true });
  });
});
