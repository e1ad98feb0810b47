import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { forgetBackups } from '../../../../activities/backup/forget.js';
import { restoreStack } from '../../../../activities/backup/restore.js';
import type { Declaration } from '../../../../activities/backup/types.js';
import { verifyBackup } from '../../../../activities/backup/verify.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { makeKey, startGitServer, type GitServer } from '../../../support/ssh-git.js';
import { BackupWorld } from './world.js';

const DECLARATIONS: Declaration[] = [
  { component: 'shelf', application: [{ kind: 'path', path: 'books' }], user: [{ kind: 'path', path: 'notes' }] },
];

describe('activities/backup/repository', () => {
  let world: BackupWorld;
  let server: GitServer;
  let served: string;
  beforeEach(async () => {
    world = await BackupWorld.create();
    served = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-sftp-')));
    server = await startGitServer({ dir: served });
    await programs(await server.addSftpKey(), await server.knownHostsLine());
    await write('of then');
  });
  afterEach(async () => {
    await server?.stop();
    await world.remove();
    await rm(served, { recursive: true, force: true });
  });

  /** The ssh of this machine with key and known hosts of its own: it looks for both in the real home, whatever HOME is. */
  async function programs(key: string, knownHosts: string): Promise<void> {
    const at = (name: string) => join(world.root, 'programs', name);
    await mkdir(at(''), { recursive: true });
    await writeFile(at('known_hosts'), knownHosts);
    const options = `-F none -i '${key}' -o IdentitiesOnly=yes -o UserKnownHostsFile='${at('known_hosts')}'`;
    await writeFile(at('ssh'), `#!/bin/sh\nPATH='${process.env['PATH'] ?? ''}'\nexec ssh ${options} "$@"\n`, {
      mode: 0o755,
    });
  }

  const request = () => {
    const usual = world.request({ declarations: DECLARATIONS, selection: { application: '*', user: '*' } });
    const path = `${join(world.root, 'programs')}:${usual.environment['PATH'] ?? ''}`;
    return {
      ...usual,
      repository: `sftp://${server.user}@${server.host}:${server.port}/${served}/backups/birds`,
      environment: { ...usual.environment, PATH: path },
    };
  };
  const backUp = () => createBackup(request(), world.step());
  const restore = (changes: object = {}) =>
    restoreStack({ ...request(), wanted: 'latest', protectedPaths: [], ...changes }, world.step());
  const file = (name: string) => join(world.root, 'stack', name, 'file');
  async function write(text: string): Promise<void> {
    for (const name of ['books', 'notes']) {
      await mkdir(join(file(name), '..'), { recursive: true });
      await writeFile(file(name), text);
    }
  }
  const texts = () => Promise.all(['books', 'notes'].map((name) => readFile(file(name), 'utf8')));
  /** As the worker does it: tried again while nobody knows more than that there was no connection. */
  async function failureOf(act: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      const failure: unknown = await act().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!(failure instanceof Error && /ssh made no connection/.test(failure.message))) return failure;
    }
  }
  const refused = (type: string, message: RegExp) =>
    Promise.all(
      [backUp, restore].map(async (act) => {
        const failure = await failureOf(act);
        expect(failure).toMatchObject({ type, message: expect.stringMatching(message) as string });
      }),
    );

  it('by sftp, a repository is made, holds a backup, is tried, gives it back and is thinned out', async () => {
    const { snapshot } = await backUp();
    expect(await readdir(join(served, 'backups/birds'))).toEqual(
      expect.arrayContaining(['config', 'data', 'snapshots']),
    );
    expect(await verifyBackup({ ...request(), maxAgeHours: 1 }, world.step())).toMatchObject({ snapshot });

    await write('of now');
    const { saved } = await restore({ selection: { application: ['shelf'] } });
    expect(await texts()).toEqual(['of then', 'of now']);
    await restore();
    expect(await texts()).toEqual(['of then', 'of then']);
    await restore({ wanted: { id: saved ?? '' }, selection: { application: '*' } });
    expect(await texts()).toEqual(['of now', 'of then']);

    await backUp();
    await forgetBackups({ ...request(), keep: { last: 1 } }, world.step());
    await expect(restore({ wanted: { id: snapshot } })).rejects.toThrow(`no snapshot ${snapshot}`);
    await write('of later');
    await restore();
    expect(await texts()).toEqual(['of now', 'of then']);
  });

  it('a server that is away is tried again; nothing is taken for an empty repository', async () => {
    await backUp();
    await server.stop();
    await write('of now');
    await refused(FAILURES.remoteUnavailable, /The repository cannot be reached: it is tried again/);
    await server.start();
    await restore();
    expect(await texts()).toEqual(['of then', 'of then']);
  });

  it('a key that the server does not take, and a server that is not known, are told as that', async () => {
    await backUp();
    const other = await makeKey(join(world.root, 'other_key'));
    await programs(other, await server.knownHostsLine());
    await refused(FAILURES.unauthorised, /The server refuses the ssh keys/);
    await programs(await server.addSftpKey(), '');
    await refused(FAILURES.unauthorised, /compare its host key/);
    expect(await readdir(join(served, 'backups'))).toEqual(['birds']);
  });
});
