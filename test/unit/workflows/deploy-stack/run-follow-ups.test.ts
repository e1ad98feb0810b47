import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../../activities/types.js';
import type { Phase } from '../../../../workflows/contract.js';
import type { FollowUpEnd } from '../../../../workflows/deploy-stack/follow-up.js';
import { run } from '../../../../workflows/deploy-stack/run.js';
import { Teller } from '../../../../workflows/deploy-stack/tell.js';
import type { FollowUpPolicy, PlannedFollowUp } from '../../../../workflows/follow-up-model.js';
import { anAsk, aPlan, failing, goodActivities, noted, plainSurroundings } from '../../../support/story.js';

const BIRDS = 'registerWeaverProviders';
const birds = (policy: FollowUpPolicy): PlannedFollowUp => ({ name: BIRDS, policy, reason: 'finch is touched' });
const cowbird = (policy: FollowUpPolicy): PlannedFollowUp => ({
  name: 'verifyCowbird',
  policy,
  reason: 'x is touched',
});

async function tell(
  followUps: PlannedFollowUp[],
  ends: Record<string, FollowUpEnd> = {},
  more: Partial<Activities> = {},
) {
  const around = plainSurroundings();
  Object.assign(around.ends, ends);
  const phases: Phase[] = [];
  const teller = new Teller(anAsk(), ({ phase }) => void (phases.at(-1) === phase || phases.push(phase)));
  const plan = { ...aPlan(), followUps };
  const { activities, calls, concluded } = noted(
    goodActivities({ validateRelease: () => Promise.resolve(plan), ...more }),
  );
  const result = await run(anAsk(), activities, teller, around);
  return { result, phases, followed: around.followed, names: calls.map(({ name }) => name), concluded };
}

const sick: Record<string, FollowUpEnd> = { [BIRDS]: { well: false, message: 'registered 5 of 6: raven: no answer' } };

describe('workflows/deploy-stack/run', () => {
  describe('a follow-up with policy warn', () => {
    it('is begun after the record, and nobody waits for it', async () => {
      const { result, phases, followed } = await tell([birds('warn'), cowbird('warn')]);
      expect(result.outcome).toBe('deployed');
      expect(result.message).toContain(
        '; registerWeaverProviders follows, since finch is touched; verifyCowbird follows',
      );
      expect(followed).toEqual([`${BIRDS} later`, 'verifyCowbird later']);
      expect(phases).not.toContain('follow up');
    });

    it('is not begun when the deployment fails before', async () => {
      const { followed } = await tell([birds('warn')], {}, { pullImages: failing('NotFound') });
      expect(followed).toEqual([]);
    });

    it('that cannot be begun costs nothing else', async () => {
      const around = { ...plainSurroundings(), followUpLater: () => Promise.reject(new Error('already started')) };
      const { activities } = noted(
        goodActivities({ validateRelease: () => Promise.resolve({ ...aPlan(), followUps: [birds('warn')] }) }),
      );
      const result = await run(anAsk(), activities, new Teller(anAsk(), () => undefined), around);
      expect(result.outcome).toBe('deployed');
      expect(result.message).toContain('registerWeaverProviders could not be begun');
    });
  });

  describe('a follow-up with policy fail', () => {
    it('is waited for between settle and record', async () => {
      const { result, phases, followed } = await tell([birds('fail')]);
      expect(result.outcome).toBe('deployed');
      expect(phases.slice(-3)).toEqual(['settle', 'follow up', 'record']);
      expect(followed).toEqual([BIRDS]);
    });

    it('that fails leaves the release as it runs, and says so', async () => {
      const { result, names, concluded, followed } = await tell([birds('fail')], sick);
      expect(result.outcome).toBe('roll back withheld');
      expect(result.message).toMatch(
        /^registerWeaverProviders: registered 5 of 6: raven: no answer\nIt was not rolled back/,
      );
      expect(names).not.toContain('reverseCheckouts');
      expect(concluded).toMatchObject([{ phase: 'follow up', quarantine: true }]);
      expect(followed).toEqual([BIRDS]);
    });
  });

  describe('a follow-up with policy roll back', () => {
    it('that fails puts the former release back, whose birds are registered again', async () => {
      const { result, names, followed } = await tell([birds('roll back'), cowbird('warn')], sick);
      expect(result.outcome).toBe('rolled back');
      expect(result.message).toContain('registered 5 of 6: raven: no answer');
      expect(names).toContain('reverseCheckouts');
      expect(followed).toEqual([BIRDS, `${BIRDS} later`, 'verifyCowbird later']);
    });

    it('that goes well is not begun again', async () => {
      const { result, followed } = await tell([birds('roll back'), cowbird('warn')]);
      expect(result.outcome).toBe('deployed');
      expect(followed).toEqual([BIRDS, 'verifyCowbird later']);
    });

    it('is withheld where a rollback needs a person anyway', async () => {
      const plan = { ...aPlan(), manualRollback: ['db'], followUps: [birds('roll back')] };
      const { result } = await tell([], sick, { validateRelease: () => Promise.resolve(plan) });
      expect(result.outcome).toBe('roll back withheld');
      expect(result.message).toContain('needs a person for: db');
    });
  });

  it('the way back of another failure has the follow-ups of the former release', async () => {
    const { result, followed } = await tell(
      [birds('warn')],
      {},
      {
        settleServices: ({ direction }) =>
          direction === 'forward' ? failing('Unhealthy')() : Promise.resolve({ health: [], sickBefore: [] }),
      },
    );
    expect(result.outcome).toBe('rolled back');
    expect(followed).toEqual([`${BIRDS} later`]);
  });
});
