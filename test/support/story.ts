/** Builders for workflow tests: defaults for all that a test does not speak of. */
import fc from 'fast-check';
import { FOLLOWED } from './follow-up-story.js';
import type { FollowUpEnd } from '../../workflows/deploy-stack/follow-up.js';
import type { Activities, ConcludeInput } from '../../activities/types.js';
import { CHECKOUT_WORDS, FAILURES, type CheckoutWord, type FailureType, type Phase } from '../../workflows/contract.js';
import type { DeployStackInput } from '../../workflows/deploy-stack/messages.js';
import type { Failure } from '../../workflows/deploy-stack/plan.js';
import type { Surroundings } from '../../workflows/deploy-stack/run.js';
import type {
  CheckoutObservation,
  CommitsVerdict,
  DeploymentStatus,
  PlanSummary,
  StackDecision,
  StackObservation,
} from '../../workflows/model.js';

export const OLD = 'a'.repeat(40);
export const NEW = 'b'.repeat(40);
export const OTHER = 'c'.repeat(40);

/** A checkout of that word, with what such a look would have seen. */
export function aCheckout(name: string, word: CheckoutWord = 'up to date', more: Partial<CheckoutObservation> = {}) {
  const seen: CheckoutObservation = {
    name,
    dir: `/srv/${name}`,
    word,
    branch: 'main',
    upstream: 'origin/main',
    head: OLD,
    upstreamCommit: word === 'behind' ? NEW : OLD,
    behind: word === 'behind' || word === 'diverged' ? 1 : 0,
    ahead: word === 'ahead' || word === 'diverged' ? 1 : 0,
    ...(word === 'dirty' ? { files: ['env.local'] } : {}),
    ...(word === 'unreachable' ? { error: 'connection refused' } : {}),
    ...(word === 'behind' ? { subject: 'Raise the limit' } : {}),
    ...more,
  };
  return seen;
}

/** An observation in which everything is deployed, unless told otherwise. */
export function anObservation(more: Partial<StackObservation> = {}): StackObservation {
  const checkouts = more.checkouts ?? [aCheckout('platform'), aCheckout('private')];
  return {
    stack: 'sample',
    checkouts,
    deployed: { number: 1, commits: Object.fromEntries(checkouts.map(({ name }) => [name, OLD])) },
    quarantined: [],
    drift: [],
    running: 3,
    ...more,
  };
}

export const behindBy = (name: string, more: Partial<StackObservation> = {}): StackObservation =>
  anObservation({ checkouts: [aCheckout('platform'), aCheckout(name, 'behind')], ...more });

export const aDecision = (more: Partial<StackDecision> = {}): StackDecision => ({
  word: 'behind',
  reason: 'private is behind origin/main by 1.',
  deploys: true,
  repair: false,
  wanted: { platform: OLD, private: NEW },
  ...more,
});

export const aPlan = (more: Partial<PlanSummary> = {}): PlanSummary => ({
  checkouts: [{ name: 'private', from: OLD, to: NEW, subjects: ['Raise the limit'], filesChanged: 1 }],
  renderedFiles: [],
  images: [],
  services: [{ service: 'web', action: 'restart', reason: 'config/web.conf changed' }],
  untouched: 4,
  removed: [],
  irreversible: [],
  warnings: [],
  ...more,
});

/** Of commits against which nothing is to be said. */
export const aVerdict = (more: Partial<CommitsVerdict> = {}): CommitsVerdict => ({
  unsigned: [],
  forPerson: [],
  triggers: [],
  skips: false,
  ...more,
});

export const aStatus = (more: Partial<DeploymentStatus> = {}): DeploymentStatus => ({
  number: 7,
  phase: 'apply',
  trigger: 'check',
  reason: 'private is behind',
  checkouts: [aCheckout('private', 'behind')],
  health: [],
  next: 'Touches the services that changed, no others.',
  ...more,
});

export const anAsk = (more: Partial<DeployStackInput> = {}): DeployStackInput => ({
  v: 1,
  host: 'testhost',
  stack: 'sample',
  number: 7,
  trigger: 'check',
  force: false,
  reason: 'private is behind',
  ...more,
});

export class PlainFailure extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}
export class Cancelled extends Error {}

export const failing =
  (type: FailureType, message: string = type) =>
  () =>
    Promise.reject(new PlainFailure(type, message));

/** What Temporal would do, for a story that runs on plain functions. `cancel` is what a person pressed. */
export function plainSurroundings(): Surroundings & {
  cancel: () => void;
  shields: number;
  pauses: number[];
  /** How each follow-up that is waited for ends; well when it is not named. */
  ends: Record<string, FollowUpEnd>;
  /** Names of follow-ups, in the order in which they were begun; `later` with those that nobody waits for. */
  followed: string[];
} {
  let cancelled = false;
  return {
    shields: 0,
    cancel: () => (cancelled = true),
    isCancelled: () => cancelled,
    pauses: [],
    ends: {},
    followed: [],
    followUp({ name }) {
      this.followed.push(name);
      return Promise.resolve(this.ends[name] ?? { well: true });
    },
    followUpLater({ name }) {
      this.followed.push(`${name} later`);
      return Promise.resolve();
    },
    pause(milliseconds) {
      this.pauses.push(milliseconds);
      return Promise.resolve();
    },
    failureOf: (error): Failure =>
      error instanceof PlainFailure
        ? { type: error.type, message: error.message }
        : { type: 'Unknown', message: String(error) },
    isCancellation: (error) => error instanceof Cancelled,
    async shielded(work) {
      this.shields += 1;
      return work();
    },
  };
}

/** Every activity succeeds on a stack that is behind by one commit; a test replaces what it speaks of. */
export function goodActivities(replaced: Partial<Activities> = {}): Activities {
  const good: Activities = {
    recallKeeper: () => Promise.resolve({ nextNumber: 1 }),
    noteKeeper: () => Promise.resolve(),
    rejectRelease: () => Promise.resolve(),
    awaitDeployment: () => Promise.resolve(null),
    awaitWork: () => Promise.resolve({ ended: { outcome: 'done', result: {} } }),
    verifyCommits: () => Promise.resolve(aVerdict()),
    recallRelease: () => Promise.resolve({ release: 3, commits: { platform: OTHER, private: OTHER } }),
    awaitIdle: () => Promise.resolve({ waitedSeconds: 0, interrupts: [] }),
    runHook: ({ component, hook }) => Promise.resolve({ component, hook, status: 0, seconds: 1 }),
    sendNotices: () => Promise.resolve({ sent: [], failed: [] }),
    beginDeployment: () => Promise.resolve({ startedAt: '2026-01-02T03:04:05.000Z' }),
    observeStack: ({ fetch }) => Promise.resolve(fetch ? behindBy('private') : anObservation()),
    stageRelease: () => Promise.resolve({ checkouts: 2, renderedFiles: [] }),
    validateRelease: () => Promise.resolve(aPlan()),
    pullImages: () => Promise.resolve({ pulled: [], built: [] }),
    advanceCheckouts: () => Promise.resolve({ moved: ['private'], renderedFiles: [] }),
    applyServices: () => Promise.resolve({ services: aPlan().services }),
    settleServices: () => Promise.resolve({ health: [{ service: 'web', health: 'healthy' }], sickBefore: [] }),
    handOver: () => Promise.resolve({ state: 'replaced' }),
    reverseCheckouts: () => Promise.resolve({ moved: ['private'], leftAlone: [] }),
    concludeDeployment: () => Promise.resolve(null),
    reconcileSchedules: () => Promise.resolve({ changed: [] }),
    adoptStack: () => Promise.resolve({ adopted: false, running: 3, drift: [] }),
    deployNotebooks: () => Promise.resolve({ outcome: 'deployed', notebooks: 3, commit: NEW }),
    rotateLogs: () => Promise.resolve({ rotated: 1, compressed: 0, removed: 0 }),
    deployData: () => Promise.resolve({ entries: [] }),
    restoreStack: () =>
      Promise.resolve({
        ...{ snapshot: 'deadbeef', release: 1, restored: [], aside: [], saved: 'cafecafe', stopped: [], bytes: 10 },
      }),
    previewRestore: () =>
      Promise.resolve({ snapshot: 'deadbeef', madeAt: '2026-01-02T03:04:05Z', release: 1, stops: [], parts: [] }),
    verifyBackup: () =>
      Promise.resolve({
        ...{ snapshot: 'deadbeef', madeAt: '2026-01-02T03:04:05Z', ageHours: 1, release: 1, dumps: 0, untried: [] },
        ...{ restoreSeconds: 1, wholeBytes: 10, wholeSeconds: 1 },
      }),
    backUpRelease: () => Promise.resolve({ snapshot: 'deadbeef', bytesAdded: 10, release: 1 }),
    rollbackNotebooks: () => Promise.resolve({ notebooks: 2, since: '2026-01-02T03:04:05Z' }),
    runContainerJob: () =>
      Promise.resolve({ outcome: 'done', exitStatus: 0, seconds: 1, lastLines: ['ok'], retries: 0 }),
    ...FOLLOWED,
    backUpStack: () => Promise.resolve({ snapshot: 'deadbeef', bytesAdded: 10, paths: ['/srv/data'], release: 1 }),
  };
  return { ...good, ...replaced };
}

export interface Call {
  readonly name: keyof Activities;
  readonly input: unknown;
}

/** The same activities, each call noted in order. */
export function noted(activities: Activities): { activities: Activities; calls: Call[]; concluded: ConcludeInput[] } {
  const calls: Call[] = [];
  const concluded: ConcludeInput[] = [];
  const table: Record<string, (given: never) => Promise<unknown>> = { ...activities };
  const note = (name: keyof Activities) => (input: never) => {
    calls.push({ name, input });
    if (name === 'concludeDeployment') concluded.push(input);
    return table[name]?.(input);
  };
  const names = Object.keys(activities) as (keyof Activities)[];
  return { activities: Object.fromEntries(names.map((name) => [name, note(name)])) as never, calls, concluded };
}

/** The phases of a deployment that goes well, in order. */
export const GOOD_PHASES: readonly Phase[] = [
  'inspect',
  'fetch',
  'stage',
  'validate',
  'pull',
  'approve',
  'advance',
  'apply',
  'settle',
  'record',
];

/** Names that a directory can have, awkward ones among them. */
export const someName = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
  fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty', 'a b', 'ü'),
);
export const someCommit = fc.stringMatching(/^[0-9a-f]{40}$/);
const fewCommits = fc.constantFrom(OLD, NEW, OTHER);
export const someCommits = fc.dictionary(someName, fewCommits, { maxKeys: 4 });

export const someCheckout = fc
  .record({
    name: someName,
    word: fc.constantFrom(...CHECKOUT_WORDS),
    head: fewCommits,
    upstreamCommit: fewCommits,
  })
  .map(({ name, word, head, upstreamCommit }) => aCheckout(name, word, { head, upstreamCommit }));

export const someObservation = fc
  .record({
    checkouts: fc.uniqueArray(someCheckout, { maxLength: 4, selector: ({ name }) => name }),
    deployed: fc.option(fc.record({ number: fc.nat(), commits: someCommits })),
    quarantined: fc.array(
      fc.record({
        commits: someCommits,
        number: fc.nat(),
        reason: fc.string(),
        at: fc.constant('2026-01-01T00:00:00Z'),
      }),
      { maxLength: 2 },
    ),
    drift: fc.array(fc.string({ minLength: 1 }), { maxLength: 2 }),
    running: fc.nat(5),
    unfinished: fc.option(fc.nat(), { nil: undefined }),
    configurationError: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ unfinished, configurationError, ...seen }) =>
    anObservation({
      ...seen,
      ...(unfinished === undefined ? {} : { unfinished }),
      ...(configurationError === undefined ? {} : { configurationError }),
    }),
  );

export { FAILURES };
