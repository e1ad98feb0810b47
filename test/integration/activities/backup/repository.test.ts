import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Repository, type RepositoryRequest } from '../../../../activities/backup/repository.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';

const run = promisify(execFile);
const PASSWORD = 'corr3ct-h0rse-battery';

describe('activities/backup/repository', () => {
  /** An empty repository: making one takes seconds, copying it none. */
  let prepared: string;
  let root: string;
  let request: RepositoryRequest;
  let paths: string[];
  /** Everything that was logged. */
  let told: string[];
  beforeAll(async () => {
    prepared = await mkdtemp(join(tmpdir(), 'birdkeeper-backup-empty-'));
    const access = { RESTIC_REPOSITORY: prepared, RESTIC_PASSWORD: PASSWORD, HOME: prepared };
    await run('restic', ['init', '--no-cache'], { env: { PATH: process.env['PATH'], ...access } });
  });
  afterAll(() => rm(prepared, { recursive: true, force: true }));
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-backup-')));
    await Promise.all(['stack/data', 'volume'].map((path) => mkdir(join(root, path), { recursive: true })));
    await writeFile(join(root, 'stack/data/file'), 'precious');
    await writeFile(join(root, 'volume/row'), 'of a database');
    await writeFile(join(root, 'password'), `${PASSWORD}\n`);
    told = [];
    request = {
      stack: 'birds',
      host: 'host-1',
      repository: join(root, 'repository'),
      passwordFile: join(root, 'password'),
      cacheDir: join(root, 'cache'),
      environment: { PATH: process.env['PATH'] ?? '', HOME: root },
    };
    paths = [join(root, 'stack/data'), join(root, 'volume')];
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const step = (signal = new AbortController().signal) =>
    localStep({
      signal,
      log: {
        output: (line) => told.push(line),
        info: (message, fields) => told.push(`${message} ${JSON.stringify(fields)}`),
        warn: (message, fields) => told.push(`${message} ${JSON.stringify(fields)}`),
      },
    });
  const withRepository = () => cp(prepared, request.repository, { recursive: true });
  async function make(changes: Partial<RepositoryRequest> = {}, what: { release?: null; paths?: string[] } = {}) {
    const repository = new Repository({ ...request, ...changes }, step());
    await repository.prepare();
    const { unread, ...made } = await repository.backUp({ release: 7, paths, ...what });
    if (unread) throw unread;
    return made;
  }
  async function restic(...args: string[]): Promise<string> {
    const access = {
      RESTIC_REPOSITORY: request.repository,
      RESTIC_PASSWORD: PASSWORD,
      RESTIC_CACHE_DIR: join(root, 'cache'),
    };
    return (await run('restic', args, { env: { ...request.environment, ...access } })).stdout;
  }
  async function snapshots(): Promise<{ tags: string[]; hostname: string; paths: string[]; short_id: string }[]> {
    return JSON.parse(await restic('snapshots', '--json')) as Awaited<ReturnType<typeof snapshots>>;
  }
  async function failing(type: string, message: RegExp, ...how: Parameters<typeof make>): Promise<void> {
    const failed = make(...how);
    await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type });
    await expect(failed).rejects.toThrow(message);
  }

  it('makes the repository and a snapshot that can be restored, then adds to it', async () => {
    const first = await make();
    expect(first).toEqual({
      snapshot: expect.stringMatching(/^[0-9a-f]{8,}$/) as string,
      bytesAdded: expect.any(Number) as number,
    });
    expect(first.bytesAdded).toBeGreaterThan(0);
    expect(await snapshots()).toEqual([
      expect.objectContaining({ tags: ['release=7', 'stack=birds'], hostname: 'host-1', paths }),
    ]);
    await restic('restore', first.snapshot, '--target', join(root, 'restored'));
    expect(await readFile(join(root, 'restored', root, 'stack/data/file'), 'utf8')).toBe('precious');
    expect(await readFile(join(root, 'restored', root, 'volume/row'), 'utf8')).toBe('of a database');

    const second = await make({}, { release: null });
    expect(second.snapshot).not.toBe(first.snapshot);
    expect((await snapshots()).map(({ tags }) => tags)).toEqual([['release=7', 'stack=birds'], ['stack=birds']]);
    expect(told.filter((line) => line.includes('made one'))).toHaveLength(1);
  });

  it('takes the password from the environment when no file is named', async () => {
    await withRepository();
    const { passwordFile: _none, ...rest } = request;
    const environment = { ...request.environment, RESTIC_PASSWORD: PASSWORD };
    const repository = new Repository({ ...rest, environment }, step());
    await repository.prepare();
    await repository.backUp({ release: 7, paths });
    expect(await snapshots()).toHaveLength(1);
  });

  it('a file that cannot be read fails the run and is named, although the others are saved', async () => {
    await withRepository();
    await failing(
      FAILURES.applyFailed,
      /could not be read: \/proc\/self\/mem\. Snapshot [0-9a-f]{8,} holds the others/,
      {},
      { paths: [...paths, '/proc/self/mem'] },
    );
    expect(await snapshots()).toHaveLength(1);
  });

  it('a wrong password is named, and the repository stays as it is', async () => {
    await withRepository();
    await writeFile(join(root, 'password'), 'an0ther-password');
    await failing(FAILURES.unauthorised, /password is not the one/);
    expect(await snapshots()).toEqual([]);
  });

  it('a password file that is missing is a wrong setting', async () => {
    await failing(FAILURES.configuration, /No password can be read/, { passwordFile: join(root, 'none') });
  });

  it('restic that is not installed is named', async () => {
    await failing(FAILURES.configuration, /Is restic installed/, { environment: { PATH: join(root, 'empty') } });
  });

  it('a repository that is no directory fails with what restic said', async () => {
    await writeFile(join(root, 'repository'), '');
    await failing(FAILURES.applyFailed, /ended with status 1:.*not a directory/s);
  });

  it('the lock of a restic that was killed does not stop the next run', async () => {
    await withRepository();
    // An exclusive lock of a process of this host that is gone: the secret part is made by restic itself.
    const script = `while :; do
        restic prune --quiet & pid=$!
        while kill -0 $pid 2>/dev/null; do
          ls "$1/locks" | grep -qv tmp || continue
          kill -KILL $pid; wait $pid; break
        done
        ls "$1/locks" | grep -q . && exit 0
      done`;
    const access = {
      RESTIC_REPOSITORY: request.repository,
      RESTIC_PASSWORD: PASSWORD,
      RESTIC_CACHE_DIR: join(root, 'cache'),
    };
    await run('sh', ['-c', script, 'sh', request.repository], { env: { ...request.environment, ...access } });
    expect(await readdir(join(request.repository, 'locks'))).toHaveLength(1);
    await make();
    expect(await readdir(join(request.repository, 'locks'))).toEqual([]);
  });

  it('a run that is cancelled ends', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    await expect(new Repository(request, step(controller.signal)).prepare()).rejects.toThrow('cancelled');
  });

  it('the password is in no log and no failure', async () => {
    await withRepository();
    await make();
    const bad = { ...request.environment, RESTIC_PASSWORD: PASSWORD };
    const { passwordFile: _none, ...rest } = request;
    const repository = `rest:http://user:${PASSWORD}@127.0.0.1:9/birds`;
    const failing = new Repository({ ...rest, environment: bad, repository }, step()).prepare();
    const failed = await failing.then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failed).toMatchObject({ type: FAILURES.remoteUnavailable });
    expect(JSON.stringify([failed?.message, told])).not.toContain(PASSWORD);
  });
});
