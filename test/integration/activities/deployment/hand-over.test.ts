import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { handOver, helperName } from '../../../../activities/deployment/hand-over.js';
import {
  handOverOf,
  readHandOver,
  withoutOwn,
  writeHandOver,
} from '../../../../activities/deployment/hand-over-order.js';
import type { Engine, EngineContainer, Helper, OwnContainer } from '../../../../activities/docker/types.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { COPY, RECORD } from './hand-over-record.js';

const NUMBER = 7;
const own = (id: string): OwnContainer => ({
  ...{ id, name: 'scheduler', imageId: 'sha256:2', networkMode: 'host', environment: {}, mounts: [] },
});

let root: string;
let stack: StackState;
let state: StateDirectory;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'birdkeeper-hand-over-'));
  state = new StateDirectory(join(root, 'state'));
  const directory = join(root, 'stack');
  await mkdir(directory);
  stack = await state.register({ name: 'birds', directory });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Double of the engine: containers by name and id; the real one is in test/e2e/container.slow.test.ts. */
class Containers {
  readonly started: Helper[] = [];
  readonly removed: string[] = [];

  constructor(
    private readonly there: Record<string, Partial<EngineContainer>>,
    private readonly self: string,
    private readonly onStart: () => Promise<void> = () => Promise.resolve(),
  ) {}

  get engine(): Engine {
    return {
      container: (name: string) => Promise.resolve(this.there[name]),
      ownContainer: () => Promise.resolve({ ...own(this.self), imageId: RECORD.wantedImageId }),
      copyOf: () => Promise.resolve(COPY),
      startHelper: (helper: Helper) => {
        this.started.push(helper);
        this.there[helper.name] = { id: 'helper', state: 'running', restartCount: 0 };
        return this.onStart();
      },
      remove: (id: string) => Promise.resolve(void this.removed.push(id)),
      logs: () => Promise.resolve(['no such thing']),
    } as unknown as Engine;
  }
}

const ask = (containers: Containers, leaving = new AbortController().signal) =>
  handOver({ stack: 'birds', number: NUMBER }, localStep({ leaving }), {
    ...{ host: 'alpha', state, environment: {}, engine: containers.engine },
  } as unknown as Dependencies);
const HELPER = helperName('birds', NUMBER);

describe('activities/deployment/hand-over', () => {
  it('has a helper of the former image do it, with the mounts and the environment of the former container', async () => {
    await writeHandOver(stack, NUMBER, RECORD);
    const containers = new Containers({ former: { id: 'former', state: 'running' } }, 'former', () =>
      writeHandOver(stack, NUMBER, { ...RECORD, copy: COPY, outcome: 'replaced' }),
    );
    expect(await ask(containers)).toEqual({ state: 'replaced' });
    expect(containers.started).toMatchObject([
      { name: HELPER, imageId: 'sha256:1', of: 'former', network: 'host', environment: { BIRDKEEPER_HOST: 'alpha' } },
    ]);
    expect(containers.started[0]?.entrypoint.slice(-2)).toEqual(['birds', '7']);
    expect(containers.removed).toEqual(['helper']);
  });

  it('knows how to make the former container again before the helper begins', async () => {
    await writeHandOver(stack, NUMBER, RECORD);
    let known: unknown;
    const containers = new Containers({ former: { id: 'former', state: 'running' } }, 'former', async () => {
      known = (await readHandOver(stack, NUMBER))?.copy;
      await writeHandOver(stack, NUMBER, { ...RECORD, outcome: 'replaced' });
    });
    await ask(containers);
    expect(known).toEqual(COPY);
  });

  it('leaves a helper alone that is at it, and ends with a word when the worker leaves', async () => {
    await writeHandOver(stack, NUMBER, { ...RECORD, copy: COPY });
    const containers = new Containers({ [HELPER]: { id: 'helper', state: 'running', restartCount: 1 } }, 'former');
    const leaving = new AbortController();
    const asked = ask(containers, leaving.signal);
    leaving.abort();
    expect(await asked).toEqual({ state: 'at work' });
    expect([containers.started, containers.removed]).toEqual([[], []]);
  });

  it('says what the helper says when the former worker is back', async () => {
    await writeHandOver(stack, NUMBER, { ...RECORD, outcome: 'put back', message: 'The new worker does not poll' });
    const containers = new Containers({ [HELPER]: { id: 'helper', state: 'exited' } }, 'restored');
    await expect(ask(containers)).rejects.toMatchObject({ type: 'Unhealthy', message: 'The new worker does not poll' });
    expect(containers.removed).toEqual(['helper']);
  });

  it('takes the worker for replaced when helper and former container are gone', async () => {
    await writeHandOver(stack, NUMBER, { ...RECORD, copy: COPY });
    expect(await ask(new Containers({}, 'new'))).toEqual({ state: 'replaced' });
    const left = await readHandOver(stack, NUMBER);
    expect(left).toMatchObject({ outcome: 'replaced', former: { environment: {} } });
    expect(left).not.toHaveProperty('copy');
  });

  it.each([
    ['the former worker asks: that is the end of it', 'former', /ended 5 times.*no such thing/s],
    ['a new worker asks: it was done', 'new', undefined],
  ])('gives a helper up that ends over and over; %s', async (_, self, failure) => {
    await writeHandOver(stack, NUMBER, { ...RECORD, copy: COPY });
    const containers = new Containers({ [HELPER]: { id: 'helper', state: 'running', restartCount: 5 } }, self);
    if (failure) await expect(ask(containers)).rejects.toThrow(failure);
    else expect(await ask(containers)).toEqual({ state: 'replaced' });
    expect(containers.removed).toEqual(['helper']);
  });

  it('refuses where nothing was left to replace', async () => {
    await expect(ask(new Containers({}, 'x'))).rejects.toMatchObject({ type: 'BadInput' });
  });

  it('is shown in the plan, and not done by apply', async () => {
    await writeHandOver(stack, NUMBER, RECORD);
    expect(await handOverOf(stack, NUMBER)).toEqual({
      service: 'scheduler',
      action: 'recreate',
      reason: 'image 1 → 2',
    });
    const decisions = ['scheduler', 'web'].map((service) => ({ service, action: 'recreate' as const, reason: 'r' }));
    expect(withoutOwn({ decisions, own: 'scheduler' }).map(({ service }) => service)).toEqual(['web']);
    expect(withoutOwn({ decisions, own: undefined })).toHaveLength(2);
  });
});
