import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watched, type WatchedJob } from '../../../../activities/deployment/job-notices.js';
import { StepFailure } from '../../../../activities/shared/failures.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { toldStack } from './told-stack.js';

let birds: Awaited<ReturnType<typeof toldStack>>;
beforeEach(async () => {
  birds = await toldStack();
});
afterEach(() => birds.remove());

const JOB = { stack: 'birds', job: 'fetch' };

describe('activities/deployment/job-notices', () => {
  const run = <T>(work: () => Promise<T>, options: Partial<WatchedJob<T>> = {}, step = localStep()) =>
    watched({ ...JOB, ...options }, step, birds.deps, work);
  const failing = async (type: keyof typeof FAILURES, step = localStep()) =>
    expect(run(() => Promise.reject(new StepFailure(FAILURES[type], 'No room is left.')), {}, step)).rejects.toThrow(
      'No room is left.',
    );

  it('a job that ends well is no news, unless a bad end was told before', async () => {
    expect(await run(async () => 42)).toBe(42);
    expect(birds.told()).toEqual([]);
    await failing('applyFailed');
    await run(async () => 42);
    await run(async () => 42);
    expect(birds.told().map(({ kind, title }) => [kind, title])).toEqual([
      ['job-failed', 'birds on alpha: job fetch failed'],
      ['recovered', 'birds on alpha: job fetch is done again'],
    ]);
    expect(birds.told()[0]).toMatchObject({ text: expect.stringContaining('No room is left.') as string });
  });

  it('a result that is a bad one is told and still given', async () => {
    const troubleOf = (status: number) =>
      status === 0 ? undefined : { what: `ended with status ${status}`, text: 'cut: no such file' };
    expect(await run(async () => 3, { troubleOf })).toBe(3);
    expect(birds.told()).toMatchObject([
      { kind: 'job-failed', title: 'birds on alpha: job fetch ended with status 3' },
    ]);
  });

  it('a try that is followed by another is no news, and no recovery either', async () => {
    await failing('applyFailed');
    await run(async () => 1, { troubleOf: () => 'not yet' });
    expect(birds.told().map(({ kind }) => kind)).toEqual(['job-failed']);
  });

  it('what may pass is told when it has not passed after five tries', async () => {
    await failing('engineUnavailable', { ...localStep(), attempt: 4 });
    expect(birds.told()).toEqual([]);
    await failing('engineUnavailable', { ...localStep(), attempt: 5 });
    expect(birds.told()).toHaveLength(1);
  });

  it('a run that is cancelled is not told of', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    await failing('applyFailed', localStep({ signal: controller.signal }));
    expect(birds.told()).toEqual([]);
  });

  it('a run that keeps the next ones from beginning is told of while it goes on', async () => {
    const late = { afterMs: 1, what: 'takes long', text: 'It began at noon.' };
    await run(() => expect.poll(birds.told).toHaveLength(1), { late });
    expect(birds.told()[0]).toMatchObject({
      title: 'birds on alpha: job fetch takes long',
      text: expect.stringContaining('It began at noon.') as string,
    });
  });

  it('a receiver that cannot be told fails no run', async () => {
    const broken = { ...birds.deps, state: { stack: () => Promise.reject(new Error('disk is gone')) } };
    const warned: string[] = [];
    const { log } = localStep();
    const step = { ...localStep(), log: { ...log, warn: (message: string) => void warned.push(message) } };
    const troubleOf = () => ({ what: 'failed', text: '' });
    expect(await watched({ ...JOB, troubleOf }, step, broken as never, async () => 42)).toBe(42);
    expect(warned).toEqual(['Nobody was told of the job: disk is gone']);
  });
});
