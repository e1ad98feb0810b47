import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../activities/types.js';
import { ACTIVITY_OPTIONS, ACTIVITY_SUMMARIES } from '../../../workflows/activity-options.js';
import { FAILURES, RETRYABLE_FAILURES } from '../../../workflows/contract.js';
import { goodActivities } from '../../support/story.js';

const names = Object.keys(goodActivities()) as (keyof Activities)[];
const RECORDS: readonly string[] = [
  ...['beginDeployment', 'concludeDeployment', 'noteKeeper', 'rejectRelease'],
  'concludeWeaver',
];
/** Bounded by what they wait for. */
const WAITS: readonly string[] = ['awaitDeployment', 'awaitIdle', 'awaitWork', 'runContainerJob', 'deployData'];

describe('workflows/activity-options', () => {
  it('every activity has options and a summary, and nothing else has', () => {
    expect(Object.keys(ACTIVITY_OPTIONS).sort()).toEqual([...names].sort());
    expect(Object.keys(ACTIVITY_SUMMARIES).sort()).toEqual([...names].sort());
  });

  describe.each(names)('%s', (name) => {
    const options = ACTIVITY_OPTIONS[name];

    it('has a limit for one try, and beats its heart', () => {
      expect(options.startToCloseTimeout).toBeDefined();
      expect(options.heartbeatTimeout).toBeDefined();
    });

    it('has a limit for all tries, unless the record would be lost by it', () => {
      expect(options.scheduleToCloseTimeout === undefined).toBe([...RECORDS, ...WAITS].includes(name));
    });

    it('is not bounded by attempts: a worker that is shut down spends one', () => {
      expect(options.retry?.maximumAttempts).toBeUndefined();
    });

    it('tries again what repeating can mend, and nothing that needs a person', () => {
      const hopeless = options.retry?.nonRetryableErrorTypes ?? [];
      for (const type of RETRYABLE_FAILURES) expect(hopeless).not.toContain(type);
      const patient = RECORDS.includes(name) ? [FAILURES.diskFull] : [];
      const expected = Object.values(FAILURES).filter((type) => ![...RETRYABLE_FAILURES, ...patient].includes(type));
      expect([...hopeless].sort()).toEqual([...expected].sort());
    });

    it('has a summary that can be read alone: one line, short, with what it is about', () => {
      const input = {
        ...{ stack: 'sample', number: 7, fetch: true, direction: 'forward', outcome: 'deployed' },
        ...{
          release: 3,
          component: 'proxy',
          hook: 'pre',
          name: 'tidy',
          attempt: 1,
          wanted: 'latest',
          requester: 'job/a/sample/x/run',
          bird: 'finch',
          handler: 'FileSystem',
        },
      };
      const summary = ACTIVITY_SUMMARIES[name](input as never);
      expect(summary).toMatch(/^[a-z].{8,98}$/);
      expect(summary).toMatch(/sample|deployment 7/);
      expect(summary).not.toContain('undefined');
    });
  });

  it('a step of a rollback reads as one', () => {
    const back = { stack: 'sample', number: 7, direction: 'back' } as const;
    expect(ACTIVITY_SUMMARIES.applyServices(back)).toMatch(/^roll back/);
    expect(ACTIVITY_SUMMARIES.settleServices(back)).toMatch(/^roll back/);
    expect(ACTIVITY_SUMMARIES.reverseCheckouts(back)).toMatch(/^roll back/);
  });

  it('looking and fetching read differently', () => {
    const looks = [true, false].map((fetch) => ACTIVITY_SUMMARIES.observeStack({ stack: 'sample', fetch }));
    expect(new Set(looks).size).toBe(2);
  });
});
