/** The rules that a site can set, as the story keeps them. */
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../../activities/types.js';
import { FAILURES } from '../../../../workflows/contract.js';
import type { DeployStackInput } from '../../../../workflows/deploy-stack/messages.js';
import { run } from '../../../../workflows/deploy-stack/run.js';
import { Teller } from '../../../../workflows/deploy-stack/tell.js';
import type { PlanSummary } from '../../../../workflows/model.js';
import {
  anAsk,
  anObservation,
  aPlan,
  aVerdict,
  behindBy,
  failing,
  goodActivities,
  NEW,
  noted,
  OLD,
  OTHER,
  plainSurroundings,
} from '../../../support/story.js';

async function tell(replaced: Partial<Activities> = {}, more: Partial<DeployStackInput> = {}) {
  const ask = anAsk(more);
  const { activities, calls, concluded } = noted(goodActivities(replaced));
  const teller = new Teller(ask, () => undefined);
  const result = await run(ask, activities, teller, plainSurroundings());
  return { result, calls, names: calls.map(({ name }) => name), concluded, status: teller.status };
}

const toVerify = { observeStack: () => Promise.resolve(behindBy('private', { verify: true })) };
const verdict = (more: Parameters<typeof aVerdict>[0]) => ({
  ...toVerify,
  verifyCommits: () => Promise.resolve(aVerdict(more)),
});
const planned = (more: Partial<PlanSummary>) => ({ validateRelease: () => Promise.resolve(aPlan(more)) });
const inputOf = (calls: { name: string; input: unknown }[], name: string) =>
  calls.find((call) => call.name === name)?.input;

describe('workflows/deploy-stack/run', () => {
  describe('verify', () => {
    it('new commits are verified before anything of them is laid out', async () => {
      const { result, names, calls } = await tell(toVerify);
      expect(result.outcome).toBe('deployed');
      expect(names.slice(2, 5)).toEqual(['observeStack', 'verifyCommits', 'stageRelease']);
      expect(inputOf(calls, 'verifyCommits')).toEqual({
        stack: 'sample',
        number: 7,
        commits: { platform: OLD, private: NEW },
      });
    });

    it.each([false, true])('an unsigned commit blocks by its name, force %s', async (force) => {
      const unsigned = ['private: commit bbbbbbb "Raise" by Ann is not signed.'];
      const { result, names, concluded } = await tell(verdict({ unsigned }), { force });
      expect(result).toMatchObject({ outcome: 'blocked', phase: 'verify' });
      expect(result.message).toContain('"Raise" by Ann is not signed');
      expect(names).not.toContain('stageRelease');
      expect(concluded[0]).toMatchObject({ quarantine: false });
    });

    it('what a push asks of a person blocks with its text, until the person insists', async () => {
      const asks = verdict({ forPerson: ['private: move the data first.'] });
      const { result } = await tell(asks);
      expect(result).toMatchObject({ outcome: 'blocked', phase: 'verify' });
      expect(result.message).toBe(
        'private: move the data first. To do: do what the push asks for, then: birdkeeper deploy --force.',
      );
      expect((await tell(asks, { force: true })).result.outcome).toBe('deployed');
    });
  });

  describe('a conditional trigger that says no', () => {
    const skipping = verdict({
      skips: true,
      triggers: [{ checkout: 'private', deploys: false, detail: 'only documents' }],
    });

    it('scenario 13: advances the checkouts and touches nothing', async () => {
      const { result, names, calls, concluded, status } = await tell(skipping);
      expect(result).toMatchObject({
        outcome: 'deployed',
        message: 'skipped by conditional trigger: private: only documents',
      });
      expect(names.slice(3)).toEqual([
        'verifyCommits',
        'stageRelease',
        'validateRelease',
        'advanceCheckouts',
        'concludeDeployment',
        'reconcileSchedules',
      ]);
      expect(inputOf(calls, 'validateRelease')).toMatchObject({ skip: true });
      expect(concluded[0]).toMatchObject({ skipped: true, quarantine: false });
      expect(status.word).toBe('skipped by conditional trigger');
    });

    it('is not asked when a person insists', async () => {
      const { names, concluded } = await tell(skipping, { force: true });
      expect(names).toContain('applyServices');
      expect(concluded[0]).not.toHaveProperty('skipped');
    });

    it('and an advance that fails is taken back', async () => {
      const { result } = await tell({ ...skipping, advanceCheckouts: failing('ApplyFailed', 'merge failed') });
      expect(result).toMatchObject({ outcome: 'rolled back', message: 'merge failed' });
    });
  });

  describe('waiting', () => {
    const risky = planned({ needsApproval: true, digest: 'd1', irreversible: ['db: its data.'] });
    const closed = planned({ opensAt: '2026-01-03T00:00:00.000Z', digest: 'd1' });

    it('for a yes: images are here, nothing moved, and the plan is known again by its digest', async () => {
      const { result, names, concluded } = await tell(risky);
      expect(result).toMatchObject({
        outcome: 'waiting',
        phase: 'approve',
        commits: { private: NEW },
        waits: { digest: 'd1', needsApproval: true },
      });
      expect(result.message).toContain('birdkeeper approve 7');
      expect(result.message).toContain('db: its data.');
      expect(names).toContain('pullImages');
      expect(names).not.toContain('advanceCheckouts');
      expect(concluded[0]).toMatchObject({ outcome: 'waiting', quarantine: false });
    });

    it('for a window', async () => {
      const { result } = await tell(closed);
      expect(result.waits).toEqual({ digest: 'd1', needsApproval: false, opensAt: '2026-01-03T00:00:00.000Z' });
      expect(result.message).toBe('waits for its window, which opens 2026-01-03T00:00:00.000Z.');
    });

    it.each([
      ['a person insists', { force: true, trigger: 'forced' as const }],
      ['nothing runs yet', { trigger: 'first' as const }],
      ['a person deploys without the server', { trigger: 'local' as const }],
    ])('not when %s', async (_, more) => {
      expect((await tell(risky, more)).result.outcome).toBe('deployed');
      expect((await tell(closed, more)).result.outcome).toBe('deployed');
    });

    it('not to put right what is half done', async () => {
      const unfinished = { observeStack: () => Promise.resolve(anObservation({ unfinished: 6 })) };
      expect((await tell({ ...unfinished, ...risky })).result.outcome).toBe('deployed');
    });

    it('the plan that was approved is carried out, exactly that release', async () => {
      const release = { platform: OLD, private: OTHER };
      const { result, calls } = await tell(risky, { trigger: 'approved', approvedPlan: 'd1', release });
      expect(result).toMatchObject({ outcome: 'deployed', commits: release });
      expect(inputOf(calls, 'stageRelease')).toMatchObject({ commits: release });
    });

    it('another plan than the approved one is asked for again', async () => {
      const { result } = await tell(risky, { trigger: 'approved', approvedPlan: 'd0' });
      expect(result.outcome).toBe('waiting');
      expect(result.message).toMatch(/^The plan is not the one that was approved/);
    });

    it("users' work is waited for before anything moves", async () => {
      const { names } = await tell(planned({ interrupts: ['jupyter: ann'] }));
      expect(names.slice(-6, -4)).toEqual(['awaitIdle', 'advanceCheckouts']);
    });
  });

  describe('hooks', () => {
    const hooks = planned({
      hooks: [
        { component: 'proxy', hook: 'pre' },
        { component: 'weaver', hook: 'post' },
      ],
    });
    const ran = (calls: { name: string; input: unknown }[]) =>
      calls
        .filter(({ name }) => ['runHook', 'applyServices', 'settleServices', 'reverseCheckouts'].includes(name))
        .map(({ name, input }) => {
          const { hook = '', direction = '' } = input as { hook?: string; direction?: string };
          return [name, hook, direction].filter((word) => word !== '').join(' ');
        });

    it('run before and after the services are touched', async () => {
      const { calls } = await tell(hooks);
      expect(ran(calls)).toEqual([
        'runHook pre forward',
        'applyServices forward',
        'runHook post forward',
        'settleServices forward',
      ]);
    });

    it('scenario 24: one that fails with the policy stop rolls back, with the hooks of the former release', async () => {
      const { result, calls } = await tell({
        ...hooks,
        runHook: ({ component, hook, direction }) =>
          direction === 'forward' && hook === 'post'
            ? failing('ApplyFailed', 'post hook of weaver ended with status 3')()
            : Promise.resolve({ component, hook, status: 0, seconds: 1 }),
      });
      expect(result).toMatchObject({ outcome: 'rolled back', message: 'post hook of weaver ended with status 3' });
      expect(ran(calls).slice(3)).toEqual([
        'reverseCheckouts',
        'runHook pre back',
        'applyServices back',
        'runHook post back',
        'settleServices back',
      ]);
    });

    it('none runs when the checkouts could not be moved', async () => {
      const { calls } = await tell({ ...hooks, advanceCheckouts: failing('Blocked') });
      expect(ran(calls)).toEqual(['reverseCheckouts', 'applyServices back', 'settleServices back']);
    });
  });

  describe('a rollback by hand', () => {
    const back: Partial<DeployStackInput> = { trigger: 'rollback', force: true, rollbackTo: 3, by: 'ann@host' };

    it('asks no remote, brings the commits and images of that release, and leaves the other', async () => {
      const { result, calls, concluded, names } = await tell(
        { observeStack: () => Promise.resolve(anObservation()) },
        back,
      );
      expect(result).toMatchObject({ outcome: 'deployed', commits: { platform: OTHER, private: OTHER } });
      expect(names.filter((name) => name === 'observeStack')).toHaveLength(1);
      expect(inputOf(calls, 'recallRelease')).toEqual({ stack: 'sample', number: 7, release: 3 });
      expect(inputOf(calls, 'stageRelease')).toMatchObject({ commits: { private: OTHER } });
      expect(inputOf(calls, 'validateRelease')).toEqual({ stack: 'sample', number: 7, repair: true, release: 3 });
      expect(concluded[0]).toMatchObject({ leaves: true, by: 'ann@host', quarantine: false });
    });

    it('that cannot be had fails before anything moves', async () => {
      const { result, names } = await tell({ recallRelease: failing('NotFound', 'there are: 1, 2') }, back);
      expect(result).toMatchObject({ outcome: 'failed', message: 'there are: 1, 2' });
      expect(names).not.toContain('stageRelease');
    });

    it('that fails goes back to what ran, and holds nothing back that was deployed', async () => {
      const { result, concluded } = await tell(
        { observeStack: () => Promise.resolve(anObservation()), applyServices: onceFailing() },
        back,
      );
      expect(result.outcome).toBe('rolled back');
      expect(concluded[0]).not.toHaveProperty('leaves');
    });
  });

  describe('a service that is never put back by itself', () => {
    const manual = planned({ manualRollback: ['db'] });

    it('keeps the failed release in place and asks for a person', async () => {
      const { result, names, concluded } = await tell({
        ...manual,
        settleServices: failing('Unhealthy', 'db is sick'),
      });
      expect(result).toMatchObject({ outcome: 'roll back withheld', phase: 'settle' });
      expect(result.message).toContain('db is sick');
      expect(result.message).toContain('birdkeeper.rollback');
      expect(names).not.toContain('reverseCheckouts');
      expect(concluded[0]).toMatchObject({ quarantine: true });
    });

    it('changes nothing while nothing was touched yet', async () => {
      const { result } = await tell({ ...manual, advanceCheckouts: failing('ApplyFailed') });
      expect(result.outcome).toBe('rolled back');
    });
  });

  describe('a deployment that was made without the server in the meantime', () => {
    it.each(['stageRelease', 'advanceCheckouts', 'applyServices', 'settleServices'] as const)(
      'ends this one in %s: nothing is taken back',
      async (name) => {
        const { result, names, concluded } = await tell({
          [name]: failing(FAILURES.superseded, 'deployment 9 was made'),
        });
        expect(concluded[0]).toMatchObject({ quarantine: false });
        expect(result).toMatchObject({ outcome: 'cancelled', message: 'deployment 9 was made' });
        expect(names).not.toContain('reverseCheckouts');
      },
    );

    it('under the same number: whoever asked asks again, under a free one', async () => {
      const { result, names } = await tell({
        beginDeployment: () => Promise.resolve({ startedAt: '', taken: true, nextNumber: 9 }),
      });
      expect(result).toMatchObject({ outcome: 'cancelled', nextNumber: 9 });
      expect(names).toEqual(['beginDeployment']);
    });
  });

  describe('notices', () => {
    it('are sent when somebody wants to be told, and cost nothing when they fail', async () => {
      const wanted = { concludeDeployment: () => Promise.resolve({ notify: true, nextNumber: 8 }) };
      const { names, result } = await tell(wanted);
      expect(names.at(-1)).toBe('sendNotices');
      expect(result.nextNumber).toBe(8);
      expect((await tell({ ...wanted, sendNotices: failing('BadInput') })).result.outcome).toBe('deployed');
    });

    it('are not asked for otherwise', async () => {
      expect((await tell()).names).not.toContain('sendNotices');
    });
  });
});

function onceFailing(): Activities['applyServices'] {
  const good = goodActivities();
  return (input) => (input.direction === 'forward' ? failing('ApplyFailed', 'no')() : good.applyServices(input));
}
