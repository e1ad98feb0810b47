import { describe, expect, it } from 'vitest';
import type { Activities, ConcludeInput, DeploymentActivities } from '../../../../activities/types.js';
import { FAILURES, type FailureType, type Outcome, type Phase } from '../../../../workflows/contract.js';
import type { DeployStackInput } from '../../../../workflows/deploy-stack/messages.js';
import { run } from '../../../../workflows/deploy-stack/run.js';
import { Teller } from '../../../../workflows/deploy-stack/tell.js';
import {
  aCheckout,
  anAsk,
  anObservation,
  aPlan,
  behindBy,
  Cancelled,
  failing,
  goodActivities,
  GOOD_PHASES,
  NEW,
  noted,
  OLD,
  plainSurroundings,
} from '../../../support/story.js';

interface Told {
  result: Awaited<ReturnType<typeof run>>;
  names: string[];
  concluded: ConcludeInput[];
  phases: Phase[];
  status: Teller['status'];
}

/** Runs the story on plain functions; `cancelIn` presses cancel while that activity runs, which then succeeds all the same. */
async function tell(
  replaced: Partial<Activities> = {},
  ask: DeployStackInput = anAsk(),
  cancelIn?: keyof DeploymentActivities,
): Promise<Told> {
  const around = plainSurroundings();
  const { activities, calls, concluded } = noted(goodActivities(replaced));
  if (cancelIn) {
    const table: Record<string, (input: never) => Promise<unknown>> = { ...activities };
    const before = table[cancelIn];
    Object.assign(activities, {
      [cancelIn]: (input: never) => {
        around.cancel();
        return before?.(input);
      },
    });
  }
  const phases: Phase[] = [];
  const teller = new Teller(ask, ({ phase }) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  });
  const result = await run(ask, activities, teller, around);
  return { result, names: calls.map(({ name }) => name), concluded, phases, status: teller.status };
}

const PREPARED = [
  'beginDeployment',
  'observeStack',
  'observeStack',
  'stageRelease',
  'validateRelease',
  'pullImages',
] as const;
const ROLLED_BACK = ['reverseCheckouts', 'applyServices', 'settleServices', 'concludeDeployment'] as const;
const cancelled = () => Promise.reject(new Cancelled());

describe('workflows/deploy-stack/run', () => {
  it('a good deployment runs every step once, in order, and records it', async () => {
    const { result, names, phases, concluded, status } = await tell();
    expect(names).toEqual([
      ...PREPARED,
      'advanceCheckouts',
      'applyServices',
      'settleServices',
      'concludeDeployment',
      'reconcileSchedules',
    ]);
    expect(phases).toEqual(GOOD_PHASES);
    expect(result).toEqual({
      number: 7,
      outcome: 'deployed',
      phase: 'record',
      message: '1 service touched, healthy and quiet',
      commits: { platform: OLD, private: NEW },
    });
    expect(concluded).toEqual([
      {
        stack: 'sample',
        number: 7,
        outcome: 'deployed',
        phase: 'record',
        message: '1 service touched, healthy and quiet',
        trigger: 'check',
        reason: 'private is behind',
        startedAt: '2026-01-02T03:04:05.000Z',
        quarantine: false,
      },
    ]);
    expect(status).toMatchObject({ outcome: 'deployed', health: [{ service: 'web' }], plan: { untouched: 4 } });
  });

  it('each step gets the stack and the number, and no command, path or image', async () => {
    const { activities, calls } = noted(goodActivities());
    await run(anAsk({ force: true }), activities, new Teller(anAsk(), () => undefined), plainSurroundings());
    const inputs = Object.fromEntries(calls.map(({ name, input }) => [name, input]));
    expect(inputs).toMatchObject({
      observeStack: { stack: 'sample', fetch: true },
      stageRelease: { stack: 'sample', number: 7, commits: { platform: OLD, private: NEW } },
      validateRelease: { stack: 'sample', number: 7, repair: true },
      pullImages: { stack: 'sample', number: 7 },
      advanceCheckouts: { stack: 'sample', number: 7 },
      applyServices: { stack: 'sample', number: 7, direction: 'forward' },
      settleServices: { stack: 'sample', number: 7, direction: 'forward' },
      reconcileSchedules: { stack: 'sample' },
    });
  });

  describe('ends before anything is prepared', () => {
    const dirty = anObservation({ checkouts: [aCheckout('private', 'dirty')] });
    const bad = { commits: { platform: OLD, private: NEW }, number: 4, reason: 'sick', at: '2026-01-01T00:00:00Z' };
    const drifted = anObservation({ drift: ['web is gone'] });

    it('blocked: no remote is asked', async () => {
      const { result, names, concluded } = await tell({ observeStack: () => Promise.resolve(dirty) });
      expect(result).toMatchObject({ outcome: 'blocked', phase: 'inspect' });
      expect(result.message).toContain('env.local');
      expect(names).toEqual(['beginDeployment', 'observeStack', 'concludeDeployment']);
      expect(concluded[0]).toMatchObject({ outcome: 'blocked', quarantine: false });
    });

    it.each<[string, ReturnType<typeof anObservation>, boolean, Outcome]>([
      ['nothing to do', anObservation(), false, 'up to date'],
      ['blocked after the fetch', anObservation({ configurationError: 'env.local:3' }), false, 'blocked'],
      ['blocked, also with force', anObservation({ configurationError: 'env.local:3' }), true, 'blocked'],
      ['unreachable', anObservation({ checkouts: [aCheckout('private', 'unreachable')] }), true, 'degraded'],
      ['quarantined', behindBy('private', { quarantined: [bad] }), false, 'quarantined'],
      ['drifted without force', drifted, false, 'up to date'],
    ])('%s', async (_, seen, force, outcome) => {
      const { result, names, concluded } = await tell({ observeStack: () => Promise.resolve(seen) }, anAsk({ force }));
      expect(result).toMatchObject({ outcome, phase: 'fetch' });
      expect(names).toEqual(['beginDeployment', 'observeStack', 'observeStack', 'concludeDeployment']);
      expect(concluded).toHaveLength(1);
    });

    it.each([
      ['a stack that is up to date', anObservation()],
      ['a quarantined release', behindBy('private', { quarantined: [bad] })],
      ['a stack that drifted', drifted],
    ])('force deploys %s', async (_, seen) => {
      const { result, names } = await tell(
        { observeStack: () => Promise.resolve(seen) },
        anAsk({ force: true, trigger: 'forced' }),
      );
      expect(result.outcome).toBe('deployed');
      expect(names).toContain('applyServices');
    });
  });

  describe('fails before advance: nothing has changed', () => {
    const steps: [keyof DeploymentActivities, Phase][] = [
      ['observeStack', 'inspect'],
      ['stageRelease', 'stage'],
      ['validateRelease', 'validate'],
      ['pullImages', 'pull'],
    ];
    const types = Object.values(FAILURES).filter((type) => type !== FAILURES.superseded);
    it.each(steps.flatMap(([name, phase]) => types.map((type) => [name, phase, type] as const)))(
      '%s (%s) with %s',
      async (name, phase, type) => {
        const { result, names, concluded, phases } = await tell({ [name]: failing(type, 'why') });
        expect(result).toMatchObject({ outcome: type === 'Blocked' ? 'blocked' : 'failed', phase, message: 'why' });
        expect(names.filter((called) => called === name)).toHaveLength(1);
        expect(names).not.toContain('advanceCheckouts');
        expect(names).not.toContain('reverseCheckouts');
        expect(names.at(-1)).toBe('concludeDeployment');
        expect(concluded).toHaveLength(1);
        expect(concluded[0]).toMatchObject({ phase, quarantine: false });
        expect(phases).toEqual(GOOD_PHASES.slice(0, GOOD_PHASES.indexOf(phase) + 1));
      },
    );

    it('the second look fails in the phase fetch', async () => {
      const { result } = await tell({
        observeStack: ({ fetch }) => (fetch ? failing('RemoteUnavailable')() : Promise.resolve(anObservation())),
      });
      expect(result).toMatchObject({ outcome: 'failed', phase: 'fetch', commits: { platform: OLD, private: OLD } });
    });
  });

  describe('fails after advance: the former release is put back', () => {
    const steps: [keyof DeploymentActivities, Phase][] = [
      ['advanceCheckouts', 'advance'],
      ['applyServices', 'apply'],
      ['settleServices', 'settle'],
    ];
    const types = Object.values(FAILURES).filter((type) => type !== FAILURES.superseded);
    const forwardOnly = (name: keyof DeploymentActivities, fail: () => Promise<never>): Partial<Activities> => {
      const good: Record<string, (input: never) => Promise<unknown>> = { ...goodActivities() };
      return {
        [name]: (input: never) =>
          'direction' in input && input['direction'] === 'back' ? good[name]?.(input) : fail(),
      };
    };

    it.each(steps.flatMap(([name, phase]) => types.map((type) => [name, phase, type] as const)))(
      '%s (%s) with %s',
      async (name, phase, type) => {
        const { result, names, concluded, phases } = await tell(forwardOnly(name, failing(type, 'why')));
        const tries = (['EngineUnavailable', 'DiskFull', 'RegistryBusy'] as FailureType[]).includes(type) ? 2 : 1;
        expect(names.slice(-4 - tries)).toEqual([...Array.from({ length: tries }, () => name), ...ROLLED_BACK]);
        // A person in the way of `advance` is no fault of the release: it is not held back.
        const isInTheWay = name === 'advanceCheckouts' && type === FAILURES.blocked;
        const outcome = isInTheWay ? 'blocked' : 'rolled back';
        expect(result).toMatchObject({ outcome, phase: 'roll back', message: 'why' });
        expect(concluded).toHaveLength(1);
        expect(concluded[0]).toMatchObject({ outcome, phase: 'roll back', quarantine: !isInTheWay });
        expect(phases).toEqual([...GOOD_PHASES.slice(0, GOOD_PHASES.indexOf(phase) + 1), 'roll back']);
        expect(names).not.toContain('reconcileSchedules');
      },
    );

    it.each(steps)(
      'scenario 19: %s fails once because of the surroundings and then succeeds: no rollback',
      async (name) => {
        let tries = 0;
        const good: Record<string, (input: never) => Promise<unknown>> = { ...goodActivities() };
        const { result } = await tell({
          [name]: (input: never) => ((tries += 1) === 1 ? failing('EngineUnavailable')() : good[name]?.(input)),
        });
        expect(result.outcome).toBe('deployed');
        expect(tries).toBe(2);
      },
    );

    it('names what was left alone because a person touched it', async () => {
      const { result } = await tell({
        ...forwardOnly('settleServices', failing('Unhealthy', 'web is sick')),
        reverseCheckouts: () => Promise.resolve({ moved: [], leftAlone: ['private', 'platform'] }),
      });
      expect(result.message).toBe('web is sick Left alone, because a person touched it since: private, platform.');
    });

    it.each(['reverseCheckouts', 'applyServices', 'settleServices'] as const)(
      'a rollback that fails in %s says so loudly and needs a person',
      async (name) => {
        const { result, concluded, status } = await tell({
          advanceCheckouts: failing('ApplyFailed', 'merge failed'),
          [name]: failing('EngineUnavailable', 'no engine'),
        });
        expect(result.outcome).toBe('roll back failed');
        expect(result.message).toBe(
          'merge failed\nIt could not be rolled back: no engine\nThe stack was left as it runs and needs a person.',
        );
        expect(concluded).toHaveLength(1);
        expect(concluded[0]).toMatchObject({ outcome: 'roll back failed', quarantine: true });
        expect(status.next).toContain('A person must act');
      },
    );
  });

  describe('cancelled', () => {
    it.each(['observeStack', 'stageRelease', 'validateRelease', 'pullImages'] as const)(
      'in %s: nothing moved, nothing is rolled back',
      async (name) => {
        const { result, names, concluded } = await tell({ [name]: cancelled });
        expect(result).toMatchObject({ outcome: 'cancelled', message: 'cancelled by a person before anything moved' });
        expect(names).not.toContain('advanceCheckouts');
        expect(names).not.toContain('reverseCheckouts');
        expect(concluded).toHaveLength(1);
        expect(concluded[0]).toMatchObject({ outcome: 'cancelled', quarantine: true });
      },
    );

    it('while the last pull ends well: nothing moved, nothing is rolled back', async () => {
      const { result, names } = await tell({}, anAsk(), 'pullImages');
      expect(result.outcome).toBe('cancelled');
      expect(names).toEqual([...PREPARED, 'concludeDeployment']);
    });

    it.each(['advanceCheckouts', 'applyServices', 'settleServices'] as const)(
      'in %s: the former release is put back, and the other is not begun again by itself',
      async (name) => {
        let calls = 0;
        const good: Record<string, (input: never) => Promise<unknown>> = { ...goodActivities() };
        const { result, names, concluded, status } = await tell({
          [name]: (input: never) => ((calls += 1) === 1 ? cancelled() : good[name]?.(input)),
        });
        expect(result).toMatchObject({ outcome: 'rolled back', message: 'cancelled by a person' });
        expect(names.slice(-4)).toEqual(ROLLED_BACK);
        expect(concluded).toHaveLength(1);
        expect(concluded[0]).toMatchObject({ outcome: 'rolled back', quarantine: true });
        expect(status.next).toContain('quarantined');
      },
    );

    it('begin, conclude and rollback are shielded from it', async () => {
      const around = plainSurroundings();
      const inside: string[] = [];
      const shielded: typeof around.shielded = async (work) => {
        inside.push('in');
        const result = await work();
        inside.push('out');
        return result;
      };
      const { activities, calls } = noted(goodActivities({ advanceCheckouts: cancelled }));
      const record: Record<string, (input: never) => Promise<unknown>> = { ...activities };
      const watched = Object.fromEntries(
        Object.entries(record).map(([name, act]) => [
          name,
          (input: never) => {
            inside.push(name);
            return act(input);
          },
        ]),
      );
      await run(anAsk(), watched as never, new Teller(anAsk(), () => undefined), { ...around, shielded });
      expect(calls.length).toBeGreaterThan(0);
      expect(inside).toEqual([
        ...['in', 'beginDeployment', 'out'],
        ...PREPARED.slice(1),
        'advanceCheckouts',
        ...['in', 'reverseCheckouts', 'applyServices', 'settleServices', 'out'],
        ...['in', 'concludeDeployment', 'out'],
      ]);
    });
  });

  describe('the record', () => {
    it('schedules that cannot be set are told and cost nothing else', async () => {
      const { result, concluded, status } = await tell({ reconcileSchedules: failing('Configuration', 'bad cron') });
      expect(result).toMatchObject({ outcome: 'deployed', phase: 'record' });
      expect(result.message).toBe('1 service touched, healthy and quiet; the schedules could not be set: bad cron');
      expect(status.message).toBe(result.message);
      expect(concluded).toHaveLength(1);
    });

    it('a deployment that could not begin does not conclude: there is nothing to close', async () => {
      const { activities, calls } = noted(goodActivities({ beginDeployment: failing('BadInput', 'unknown stack') }));
      const story = run(anAsk(), activities, new Teller(anAsk(), () => undefined), plainSurroundings());
      await expect(story).rejects.toThrow('unknown stack');
      expect(calls.map(({ name }) => name)).toEqual(['beginDeployment']);
    });

    it('a record that cannot be written fails the deployment, and is asked for once', async () => {
      const { activities, calls } = noted(goodActivities({ concludeDeployment: failing('BadInput', 'no state') }));
      const story = run(anAsk(), activities, new Teller(anAsk(), () => undefined), plainSurroundings());
      await expect(story).rejects.toThrow('no state');
      expect(calls.filter(({ name }) => name === 'concludeDeployment')).toHaveLength(1);
      expect(calls.map(({ name }) => name)).not.toContain('reconcileSchedules');
    });

    it.each([
      [0, [], 'no service had to be touched'],
      [1, [], '1 service touched, healthy and quiet'],
      [3, [], '3 services touched, healthy and quiet'],
      [1, ['db'], '1 service touched, healthy and quiet; sick before and untouched: db'],
    ])('%d touched, sick before: %j', async (touched, sickBefore, message) => {
      const services = Array.from({ length: touched }, (_, index) => ({
        service: `s${index}`,
        action: 'restart' as const,
        reason: 'content',
      }));
      const { result, status } = await tell({
        applyServices: () => Promise.resolve({ services }),
        settleServices: () => Promise.resolve({ health: [], sickBefore }),
      });
      expect(result.message).toBe(message);
      expect(status.plan).toEqual(aPlan({ services }));
    });
  });
});
