/** What is tried again, after which time, and with whose yes. */
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../../activities/types.js';
import type { FailureType } from '../../../../workflows/contract.js';
import { run } from '../../../../workflows/deploy-stack/run.js';
import { Teller } from '../../../../workflows/deploy-stack/tell.js';
import {
  aCheckout,
  anAsk,
  anObservation,
  aPlan,
  failing,
  goodActivities,
  plainSurroundings,
} from '../../../support/story.js';

async function tell(replaced: Partial<Activities>, more: Parameters<typeof anAsk>[0] = {}) {
  const around = plainSurroundings();
  const teller = new Teller(anAsk(more), () => undefined);
  const result = await run(anAsk(more), goodActivities(replaced), teller, around);
  return { result, pauses: around.pauses };
}

const once = (type: FailureType): Partial<Activities> => {
  let tries = 0;
  return {
    advanceCheckouts: (input) => ((tries += 1) === 1 ? failing(type)() : goodActivities().advanceCheckouts(input)),
  };
};

describe('workflows/deploy-stack/run', () => {
  it.each<[FailureType, number[]]>([
    ['DiskFull', [30_000]],
    // Temporal has tried these again for hours.
    ['EngineUnavailable', []],
    ['RegistryBusy', []],
  ])('after %s the second try comes after %j ms', async (type, pauses) => {
    expect(await tell(once(type))).toMatchObject({ result: { outcome: 'deployed' }, pauses });
  });

  it('a disk that stays full costs one pause and then the release', async () => {
    const full: Partial<Activities> = { advanceCheckouts: failing('DiskFull') };
    expect(await tell(full)).toMatchObject({ result: { outcome: 'rolled back' }, pauses: [30_000] });
  });

  it.each(['reverseCheckouts', 'applyServices', 'settleServices'] as const)(
    'a disk that is full on the way back (%s) is tried again before a person is called',
    async (name) => {
      const back = (times: number): Partial<Activities> => {
        let tries = 0;
        const good: Record<string, (input: never) => Promise<unknown>> = { ...goodActivities() };
        const full = (input: never) => ((tries += 1) <= times ? failing('DiskFull')() : good[name]?.(input));
        return { advanceCheckouts: failing('ApplyFailed', 'merge failed'), [name]: full };
      };
      expect(await tell(back(1))).toMatchObject({ result: { outcome: 'rolled back' }, pauses: [30_000] });
      expect(await tell(back(2))).toMatchObject({ result: { outcome: 'roll back failed' }, pauses: [30_000] });
    },
  );

  describe('the yes of a person', () => {
    const risky = { validateRelease: () => Promise.resolve(aPlan({ needsApproval: true, digest: 'd1' })) };
    const yes = { trigger: 'approved' as const, approvedPlan: 'd1' };
    const left = async (replaced: Partial<Activities>) => {
      const { outcome, approvedPlan } = (await tell({ ...risky, ...replaced }, yes)).result;
      return `${outcome}: ${approvedPlan ?? 'used up'}`;
    };

    it('is left when the deployment ends before it changed anything', async () => {
      expect(await left({ pullImages: failing('NotFound') })).toBe('failed: d1');
      expect(await left({ validateRelease: failing('Blocked') })).toBe('blocked: d1');
      const unreachable = anObservation({ checkouts: [aCheckout('private', 'unreachable')] });
      expect(await left({ observeStack: () => Promise.resolve(unreachable) })).toBe('degraded: d1');
      const opensAt = '2026-01-03T00:00:00.000Z';
      const closed = aPlan({ needsApproval: true, digest: 'd1', opensAt });
      expect(await left({ validateRelease: () => Promise.resolve(closed) })).toBe('waiting: d1');
    });

    it('is used up by what it was given for, and void for another plan', async () => {
      expect(await left({})).toBe('deployed: used up');
      expect(await left({ applyServices: failing('ApplyFailed') })).toBe('roll back failed: used up');
      const other = aPlan({ needsApproval: true, digest: 'd2' });
      expect(await left({ validateRelease: () => Promise.resolve(other) })).toBe('waiting: used up');
    });
  });

  it('of windows none of which opens it says so, and what to do', async () => {
    const { result } = await tell({ validateRelease: () => Promise.resolve(aPlan({ opensAt: 'never' })) });
    expect(result).toMatchObject({ outcome: 'waiting', waits: { opensAt: 'never' } });
    expect(result.message).toMatch(/none opens within 400 days: correct BIRDKEEPER_DEPLOY_WINDOWS or/);
  });
});
