import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timed, timesOf } from '../../../../activities/deployment/phase-times.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import type { StepActivities } from '../../../../activities/types.js';

const NOTHING = { handlers: [], findings: [], withoutWorkspace: [] };

describe('activities/deployment/phase-times', () => {
  let root: string;
  let state: StateDirectory;
  let stack: StackState;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bk-test-phases-'));
    await mkdir(join(root, 'stack'));
    state = new StateDirectory(join(root, 'state'));
    stack = await state.register({ name: 'birds', directory: join(root, 'stack') });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const steps = (given: Partial<StepActivities>) => timed(given as StepActivities, state);

  it.each([
    [true, undefined],
    [false, 'follow up'],
  ] as const)('Cowbird that is in step: %s, and what failed: %s', async (inStep, failedIn) => {
    const { verifyCowbird } = steps({ verifyCowbird: () => Promise.resolve({ ...NOTHING, inStep }) });
    await verifyCowbird({ stack: 'birds', number: 7 }, localStep());
    const times = await timesOf(stack, 7);
    expect(Object.keys(times.phases ?? {})).toEqual(['follow up']);
    expect(times.failedIn).toBe(failedIn);
  });

  it('a registration lasts from its look to its end, and is what failed when not all is in step', async () => {
    const { lookAtWeaver, concludeWeaver } = steps({
      lookAtWeaver: () => Promise.resolve({ has: false }),
      concludeWeaver: () => Promise.reject(new Error('registered 5 of 6')),
    });
    await lookAtWeaver({ stack: 'birds', begunAt: '', number: 7 }, localStep());
    const result = { birds: [], removed: [], others: [] };
    await expect(concludeWeaver({ stack: 'birds', result, number: 7 }, localStep())).rejects.toThrow('5 of 6');
    expect((await timesOf(stack, 7)).failedIn).toBe('follow up');
  });

  it('one that follows no deployment is written down nowhere', async () => {
    const { verifyCowbird } = steps({ verifyCowbird: () => Promise.resolve({ ...NOTHING, inStep: true }) });
    await verifyCowbird({ stack: 'birds' }, localStep());
    expect(await timesOf(stack, 7)).toEqual({});
  });
});
