import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { helperName } from '../../../../activities/deployment/hand-over.js';
import { readHandOver, writeHandOver } from '../../../../activities/deployment/hand-over-order.js';
import { replaceWorker } from '../../../../activities/deployment/replace-worker.js';
import type { Engine, EngineContainer } from '../../../../activities/docker/types.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { aContainer } from '../../../unit/activities/compose/builders.js';
import { COPY, RECORD } from './hand-over-record.js';

const NUMBER = 7;
const running = (id: string, imageId: string): EngineContainer =>
  aContainer('scheduler', { id, imageId, state: 'running', health: 'healthy' });

let root: string;
let stack: StackState;
let state: StateDirectory;
/** What was asked of the double of the engine; the real one is in test/e2e/container.slow.test.ts. */
let asked: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'birdkeeper-replace-'));
  state = new StateDirectory(join(root, 'state'));
  const directory = join(root, 'stack');
  await mkdir(directory);
  await writeFile(join(directory, 'docker-compose.yml'), 'services: {}\n');
  await writeFile(join(directory, 'env.local'), 'export GOOD=1\nif then\n');
  stack = await state.register({ name: 'birds', directory });
  await writeHandOver(stack, NUMBER, { ...RECORD, copy: COPY });
  asked = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

function replace(...there: EngineContainer[]): Promise<void> {
  const engine = {
    containers: () => Promise.resolve(there),
    container: (id: string) => Promise.resolve(there.find((one) => one.id === id)),
    start: (id: string) => Promise.resolve(void asked.push(`start ${id}`)),
    remove: (id: string) => Promise.resolve(void asked.push(`remove ${id}`)),
    makeAgain: () => {
      asked.push('make again');
      there.push(running('again', 'sha256:1'));
      return Promise.resolve('again');
    },
    letEnd: (name: string) => Promise.resolve(void asked.push(`let ${name} end`)),
    ownContainer: () => Promise.resolve(undefined),
    logs: () => Promise.reject(new Error('nobody knows what is secret in them')),
  } as unknown as Engine;
  const deps = { host: 'alpha', state, environment: { PATH: process.env['PATH'] ?? '' }, engine };
  return replaceWorker({ stack: 'birds', number: NUMBER }, localStep(), {
    ...deps,
    logDirectory: (configured: string) => Promise.resolve(configured),
    remember: () => Promise.resolve(),
  } as unknown as Dependencies);
}
const END = `let ${helperName('birds', NUMBER)} end`;

describe('activities/deployment/replace-worker', () => {
  describe('where the configuration does not read', () => {
    it('makes the former container again that was removed already, and says why', async () => {
      await replace();
      expect(asked).toEqual(['make again', END]);
      const left = await readHandOver(stack, NUMBER);
      expect(left).toMatchObject({ outcome: 'put back', former: { environment: {} } });
      expect(left?.message).toMatch(
        /not made, because the configuration does not read: .*env\.local, line 2.*put back/s,
      );
    });

    it('leaves the former container that runs', async () => {
      await replace(running('former', 'sha256:1'));
      expect(asked).toEqual(['start former', END]);
      expect(await readHandOver(stack, NUMBER)).toMatchObject({ outcome: 'put back' });
    });

    it('is content with the new worker that polls', async () => {
      await replace(running('new', 'sha256:2'));
      expect(asked).toEqual([END]);
      expect(await readHandOver(stack, NUMBER)).toMatchObject({ outcome: 'replaced' });
    });
  });
});
