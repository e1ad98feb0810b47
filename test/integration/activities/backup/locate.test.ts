import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locate, type HostPlaces } from '../../../../activities/backup/locate.js';
import type { PathPart, VolumePart } from '../../../../activities/backup/types.js';
import { createBackupEngine } from '../../../../activities/docker/backup-engine.js';
import { FAILURES } from '../../../../workflows/contract.js';

describe('activities/backup/locate', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-locate-')));
    for (const directory of ['stack/logs', 'own', 'volume']) await mkdir(join(root, directory), { recursive: true });
    await symlink('../own', join(root, 'stack/led'));
    await symlink('../host', join(root, 'stack/dangling'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** As from a container that has the stack mounted and nothing else of the host. */
  const hidden: HostPlaces['hidden'] = (path) =>
    path.startsWith(join(root, 'stack')) ? undefined : `${path} is hidden`;
  const find = (part: PathPart | VolumePart, missing: 'fail' | 'leave out' = 'fail', boxed = true) =>
    locate(
      [{ key: 'a/user/1', component: 'a', data: 'user', part }],
      {
        stackDirectory: join(root, 'stack'),
        mountPointOf: () => Promise.resolve(join(root, 'volume')),
        engine: createBackupEngine({ project: 'bk-test-locate' }),
        ...(boxed ? { hidden } : {}),
      },
      { missing, signal: new AbortController().signal },
    );
  const path = (text: string): PathPart => ({ kind: 'path', path: text });

  it('finds what is mounted', async () => {
    expect(await find(path('logs'))).toMatchObject([{ place: join(root, 'stack/logs') }]);
  });

  it.each<[string, PathPart | VolumePart, RegExp]>([
    ['a directory of the container itself', path('../own'), /a\/user\/1: \S+\/own is hidden\.$/],
    ['what a link leads to', path('led'), /a\/user\/1: \S+\/own is hidden\.$/],
    ['a volume', { kind: 'volume', volume: 'x' }, /a\/user\/1: \S+\/volume is hidden\.$/],
    ['what the container has not', path('/nowhere/at/all'), /a\/user\/1: \/nowhere\/at\/all is hidden\.$/],
  ])("never takes for the host's, also where absent parts are left out: %s", async (_what, part, message) => {
    for (const missing of ['fail', 'leave out'] as const) {
      const failed = find(part, missing);
      await expect(failed).rejects.toMatchObject({ type: FAILURES.notFound });
      await expect(failed).rejects.toThrow(message);
    }
  });

  it('what a container put into a volume does not lead out of it', async () => {
    const volume = (below: string): VolumePart => ({ kind: 'volume', volume: 'x', below });
    await symlink('../own', join(root, 'volume/out'));
    await mkdir(join(root, 'volume/in'));
    await symlink('in', join(root, 'volume/within'));
    for (const below of ['out', 'out/not/there', '../own', '..']) {
      const failed = find(volume(below), 'leave out', false);
      await expect(failed).rejects.toMatchObject({ type: FAILURES.configuration });
      await expect(failed).rejects.toThrow(`${below} of volume x leads out of it`);
    }
    expect(await find(volume('within'), 'fail', false)).toMatchObject([{ place: join(root, 'volume/in') }]);
  });

  it('says that a link may lead out of what is mounted', async () => {
    await expect(find(path('dangling'))).rejects.toThrow(
      /there is no \S+\/dangling in birdkeeper's container .*BIRDKEEPER_EXTRA_MOUNTS\)\. Correct the declaration\.$/,
    );
    await expect(find(path('dangling'), 'fail', false)).rejects.toThrow(
      /there is no \S+\/dangling\. Correct the declaration\.$/,
    );
    expect(await find(path('dangling'), 'leave out')).toEqual([]);
  });
});
