/** Whoever reaches the Temporal server can start any activity with any input: none of it may do anything. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { INPUTS } from '../../../activities/inputs.js';
import { createEngine } from '../../../activities/docker/engine.js';
import type { Journal } from '../../../activities/deployment/journal.js';
import { FAILURES, StepFailure } from '../../../activities/shared/failures.js';
import { redactUrls } from '../../../activities/shared/redact.js';
import { localStep } from '../../../activities/shared/step.js';
import { StateDirectory } from '../../../activities/state/index.js';
import type { StepActivities } from '../../../activities/types.js';
import { toTemporalActivities, type Surroundings } from '../../../worker/temporal-activities.js';
import { hostileValue, isSentence, nearly } from '../../support/hostile.js';

const NAMES = Object.keys(INPUTS) as (keyof typeof INPUTS)[];
const REST = {
  number: 1,
  fetch: true,
  repair: true,
  direction: 'forward',
  commits: {},
  trigger: 'check',
  reason: 'r',
  outcome: 'deployed',
  phase: 'record',
  message: 'm',
  startedAt: '2026-01-01T00:00:00Z',
  quarantine: true,
};

let root: string;
let steps: StepActivities;
let activities: ReturnType<typeof toTemporalActivities>;

const around: Surroundings = {
  redactFor: () => redactUrls,
  prepare: async () => undefined,
  logFor: () => localStep().log,
  heldUp: async () => undefined,
  running: new Set(),
  leaving: new AbortController().signal,
};

const silentJournal: Journal = {
  openDeployment: ({ startedAt }) => startedAt,
  closeDeployment: () => undefined,
  look: () => undefined,
  job: (_entry, work) => work(),
};

beforeAll(async () => {
  // Every refusal is a failed activity, of which the library tells at length.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  root = await mkdtemp(join(tmpdir(), 'birdkeeper-hostile-'));
  steps = createActivities({
    host: 'here',
    state: new StateDirectory(root),
    engine: createEngine({ dockerHost: `unix://${root}/no-engine.sock` }),
    environment: { PATH: process.env.PATH ?? '' },
    journal: silentJournal,
    logDirectory: (configured) => Promise.resolve(configured),
    remember: async () => undefined,
  });
  activities = toTemporalActivities(steps, around);
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** The failure that an activity ends with; undefined when it ended well. */
async function failureOf(name: keyof typeof INPUTS, input: unknown): Promise<unknown> {
  try {
    await new MockActivityEnvironment().run(activities[name], input);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function isRefused(name: keyof typeof INPUTS, input: unknown): Promise<void> {
  const failure = await failureOf(name, input);
  expect(failure, `${name} with ${fc.stringify(input)}`).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'BadInput', nonRetryable: true });
  const { message } = failure as ApplicationFailure;
  expect(isSentence(message), message).toBe(true);
}

describe('worker/temporal-activities', () => {
  it.each(NAMES)('%s refuses a stack that is a path, an option or nobody', async (name) => {
    const wanted = Object.keys((INPUTS[name] as unknown as { shape: Record<string, unknown> }).shape);
    const known = Object.fromEntries(Object.entries(REST).filter(([key]) => wanted.includes(key)));
    for (const stack of [
      '../../etc',
      '/etc',
      '--help',
      '$(touch pwned)',
      '__proto__',
      'UPPER',
      '',
      'a'.repeat(99),
      'nobody',
    ]) {
      await isRefused(name, { ...known, stack });
    }
  });

  it.each(NAMES)('%s refuses what is no input at all', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostileValue, nearly({ ...REST, stack: 'nobody' }, hostileValue)), (input) =>
        isRefused(name, input),
      ),
      { numRuns: 40 },
    );
  });

  it.each(NAMES)('%s refuses a command, a path or an image beside its input', async (name) => {
    for (const more of [{ command: ['rm', '-rf', '/'] }, { path: '/etc/passwd' }, { image: 'evil' }]) {
      await isRefused(name, { stack: 'nobody', ...REST, ...more });
    }
  });

  it('tells that a deployment is held up once its step has failed for long', async () => {
    const told: unknown[] = [];
    const away = () => Promise.reject(new StepFailure(FAILURES.engineUnavailable, 'The engine is away.'));
    const { applyServices } = toTemporalActivities(
      { ...steps, applyServices: away },
      { ...around, heldUp: async (input) => void told.push(input) },
    );
    const failed = (sinceMs: number) =>
      new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - sinceMs })
        .run(applyServices, { stack: 'birds', number: 3, direction: 'forward' })
        .catch((error: unknown) => error);
    expect(await failed(10_000)).toMatchObject({ type: 'EngineUnavailable' });
    expect(told).toEqual([]);
    expect(await failed(400_000)).toMatchObject({ type: 'EngineUnavailable' });
    expect(told).toEqual([{ stack: 'birds', number: 3, why: 'The engine is away.' }]);
  });

  it('leaves nothing in the state directory', async () => {
    expect(await readdir(root)).toEqual([]);
  });
});
