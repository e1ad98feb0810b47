import { appendFile, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory, type Intent } from '../../../../activities/state/index.js';
import { FAILURES } from '../../../../workflows/contract.js';
import type { DeploymentRecord, Release } from '../../../../workflows/model.js';

const aRelease = (number: number, commit = 'a'.repeat(40)): Release => ({
  number,
  at: '2024-05-01T10:00:00.000Z',
  commits: { platform: commit },
  services: {
    web: { definition: 'd', content: 'c', contents: { '/srv/conf': 'h' }, image: 'web:1', imageId: 'sha256:1' },
  },
  containers: { web: ['abc'] },
  rendered: { '/srv/conf': 'h' },
});
const aDeployment = (number: number, message = 'healthy'): DeploymentRecord => ({
  number,
  trigger: 'check',
  reason: 'platform is behind by 1 commit',
  startedAt: '2024-05-01T10:00:00.000Z',
  endedAt: '2024-05-01T10:01:00.000Z',
  outcome: 'deployed',
  phase: 'record',
  message,
  from: { platform: 'a' },
  to: { platform: 'b' },
  services: [
    { service: 'web', action: 'recreate', reason: 'new image' },
    { service: 'proxy', action: 'signal', signal: 'HUP', reason: 'new configuration' },
  ],
});

describe('activities/state/index', () => {
  let root: string;
  let state: StateDirectory;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-state-')));
    await Promise.all(['one', 'two'].map((name) => mkdir(join(root, name))));
    state = new StateDirectory(join(root, 'state'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const stackDir = (name: string) => join(root, name);
  const registered = () => state.register({ name: 'birds', directory: stackDir('one') });

  describe('the register of stacks', () => {
    it('is empty at first and is made by the first stack', async () => {
      expect(await state.stacks()).toEqual([]);
      await registered();
      expect(await new StateDirectory(state.root).stacks()).toEqual([{ name: 'birds', directory: stackDir('one') }]);
    });

    it('keeps real paths, so that a link is the same stack', async () => {
      await symlink(stackDir('one'), stackDir('link'));
      await registered();
      const again = await state.register({ name: 'birds', directory: stackDir('link'), envFile: '/etc/env.local' });
      expect(again.stack).toEqual({ name: 'birds', directory: stackDir('one'), envFile: '/etc/env.local' });
      expect(await state.stacks()).toEqual([again.stack]);
    });

    it.each([
      ['a second directory of one name', 'birds', 'two'],
      ['one directory under two names', 'others', 'one'],
    ])('%s is refused, and what is known stays', async (_, name, directory) => {
      await registered();
      const refused = state.register({ name, directory: stackDir(directory) });
      await expect(refused).rejects.toMatchObject({ type: FAILURES.badInput });
      await expect(refused).rejects.toThrow(`birdkeeper forget --stack ${stackDir('one')}`);
      expect(await state.stacks()).toHaveLength(1);
    });

    it.each(['', 'Birds', '../birds', 'a/b', 'a b', '-a', 'a'.repeat(64)])('%j is no name', async (name) => {
      await expect(state.register({ name, directory: stackDir('one') })).rejects.toMatchObject({
        type: FAILURES.badInput,
      });
    });

    it('a directory that does not exist is a wrong input', async () => {
      const missing = state.register({ name: 'birds', directory: stackDir('nowhere') });
      await expect(missing).rejects.toMatchObject({ type: FAILURES.badInput });
      await expect(missing).rejects.toThrow(stackDir('nowhere'));
    });

    it('a stack that is forgotten makes room for another, and keeps its records', async () => {
      const stack = await registered();
      await stack.recordRelease(aRelease(1));
      await state.forget('birds');
      const other = await state.register({ name: 'birds', directory: stackDir('two') });
      expect(await other.latestRelease()).toEqual(aRelease(1));
    });

    it('a stack is found by its name', async () => {
      await registered();
      expect((await state.stack('birds')).stack.directory).toBe(stackDir('one'));
    });

    it.each([
      'none',
      '../birds',
      '__proto__',
      '',
      7,
      null,
      undefined,
      ['birds'],
      { toString: 1 },
      'x'.repeat(100_000),
    ] as string[])('%j names no stack', async (name) => {
      await registered();
      const unknown = state.stack(name);
      await expect(unknown).rejects.toMatchObject({ type: FAILURES.badInput });
      await expect(unknown).rejects.toThrow('registered: birds');
      await unknown.catch((error: Error) => expect(error.message.length).toBeLessThan(300));
    });

    it('bad JSON is named with its path and changes nothing', async () => {
      await registered();
      await writeFile(state.path('stacks.json'), '[{"name": "birds"');
      await expect(state.stacks()).rejects.toThrow(state.path('stacks.json'));
      await expect(registered()).rejects.toThrow('Move it away');
      expect(await readFile(state.path('stacks.json'), 'utf8')).toBe('[{"name": "birds"');
    });
  });

  describe('the records of a stack', () => {
    it('are kept apart by stack', async () => {
      const one = await registered();
      const two = await state.register({ name: 'fish', directory: stackDir('two') });
      await one.recordRelease(aRelease(1));
      expect(await two.releases()).toEqual([]);
      expect(one.path('releases.jsonl')).toBe(state.path('stacks', 'birds', 'releases.jsonl'));
      expect(one.knownHosts).toBe(two.knownHosts);
    });

    it('read back as written', async () => {
      const stack = await registered();
      const intent: Intent = {
        number: 2,
        direction: 'forward',
        reached: 'advance',
        recovered: true,
        checkouts: [{ name: 'platform', dir: '/srv', from: 'a', to: 'b' }],
      };
      const lastGood = { checkouts: [{ name: 'platform', dir: '/srv' }], keyDirectory: '/keys' };
      const bad = [{ commits: { platform: 'b' }, number: 2, reason: 'sick', at: '2024-05-01T10:00:00.000Z' }];
      await stack.recordRelease(aRelease(1));
      await stack.recordDeployment(aDeployment(1));
      await stack.setIntent(intent);
      await stack.setLastGood(lastGood);
      await stack.setQuarantined(bad);

      const again = await new StateDirectory(state.root).stack('birds');
      expect(await again.latestRelease()).toEqual(aRelease(1));
      expect(await again.deployments()).toEqual([aDeployment(1)]);
      expect(await again.intent()).toEqual(intent);
      expect(await again.lastGood()).toEqual(lastGood);
      expect(await again.quarantined()).toEqual(bad);
      await again.clearIntent();
      await again.clearIntent();
      expect(await again.intent()).toBeUndefined();
    });

    it('are empty at first', async () => {
      const stack = await registered();
      expect([
        await stack.latestRelease(),
        await stack.deployments(),
        await stack.intent(),
        await stack.lastGood(),
        await stack.quarantined(),
      ]).toEqual([undefined, [], undefined, undefined, []]);
    });

    it('a number recorded twice appears once, as it was told last', async () => {
      const stack = await registered();
      await stack.recordRelease(aRelease(1));
      await stack.recordRelease(aRelease(2));
      await stack.recordRelease(aRelease(2, 'b'.repeat(40)));
      expect(await stack.releases()).toEqual([aRelease(1), aRelease(2, 'b'.repeat(40))]);
      await stack.recordDeployment(aDeployment(1, 'first'));
      await stack.recordDeployment(aDeployment(1, 'second'));
      expect(await stack.deployments()).toEqual([aDeployment(1, 'second')]);
    });

    it('a release cut short by a crash is not the latest one', async () => {
      const stack = await registered();
      await stack.recordRelease(aRelease(1));
      await appendFile(stack.path('releases.jsonl'), JSON.stringify(aRelease(2)).slice(0, -1));
      expect(await stack.latestRelease()).toEqual(aRelease(1));
      await stack.recordRelease(aRelease(2));
      expect((await stack.releases()).map(({ number }) => number)).toEqual([1, 2]);
    });

    it('an intent that is no intent is named, not overlooked', async () => {
      const stack = await registered();
      await mkdir(stack.path(), { recursive: true });
      await writeFile(stack.path('intent.json'), '{"number": 1, "direction": "sideways"}');
      await expect(stack.intent()).rejects.toThrow(`${stack.path('intent.json')}: direction`);
    });

    it('are readable by their owner only', async () => {
      const stack = await registered();
      await stack.recordRelease(aRelease(1));
      await stack.setQuarantined([]);
      for (const file of ['releases.jsonl', 'quarantine.json']) {
        expect((await stat(stack.path(file))).mode & 0o777).toBe(0o600);
      }
      expect((await stat(stack.path())).mode & 0o777).toBe(0o700);
    });

    it('a deployment has a folder, the stack a lock', async () => {
      const stack = await registered();
      expect(await stack.deploymentFolder(7)).toBe(stack.path('deployments', '7'));
      expect((await stat(await stack.deploymentFolder(7))).isDirectory()).toBe(true);
      await mkdir(stack.path('deployments', 'lost+found'));
      expect(await stack.deploymentNumbers()).toEqual([7]);
      expect(await stack.lock()).toBe(stack.path('lock'));
    });

    it.each(['../../../x', -1, 1.5, Number.NaN, null] as number[])('%j makes no folder', async (number) => {
      const stack = await registered();
      await expect(stack.deploymentFolder(number)).rejects.toMatchObject({ type: FAILURES.badInput });
    });
  });
});
