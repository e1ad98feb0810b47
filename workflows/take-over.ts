/** What becomes of open workflows when another version of the code takes over, out of whether they replay. Pure. */
import { keeperId, SCHEDULED_WORKFLOW } from './contract.js';

/** scheduled: a look or a job, which comes again; other: nothing that birdkeeper started. */
export const WORKFLOW_KINDS = ['keeper', 'deployment', 'scheduled', 'other'] as const;
export type WorkflowKind = (typeof WORKFLOW_KINDS)[number];

/** Types that schedules start, and what is done for them. */
const SCHEDULED: readonly string[] = [
  ...Object.values(SCHEDULED_WORKFLOW),
  'requestWork',
  'deployData',
  'restoreStack',
  'previewRestore',
  'rollbackNotebooks',
  'restartWeaver',
  'unregisterWeaverProvider',
  'resyncCowbird',
];

/** What a workflow of the queue of `host` is, by its type and id: anybody who reaches the server can start one. */
export function kindOf(host: string, type: string, id: string): { kind: WorkflowKind; stack?: string } {
  if (SCHEDULED.includes(type)) return { kind: 'scheduled' };
  const parts = id.split('/');
  const [word, where, stack = '', number] = parts;
  if (where === host && type === 'keepStack' && word === 'stack' && parts.length === 3)
    return { kind: 'keeper', stack };
  const isNumbered = parts.length === 4 && Number.isSafeInteger(Number(number));
  if (where === host && type === 'deployStack' && word === 'deployment' && isNumbered)
    return { kind: 'deployment', stack };
  return { kind: 'other' };
}

/** An open workflow, replayed against the code that is to take over. */
export interface Judged {
  id: string;
  kind: WorkflowKind;
  /** Of a keeper or a deployment. */
  stack?: string;
  replays: boolean;
  /** What differs, a sentence. */
  difference?: string;
  /** A keeper that has begun a deployment since it last continued as new: run once more from there, it would begin it again. */
  hasBegun?: boolean;
}

export type Start =
  | {
      is: 'begin';
      /** Ids of keepers that go on from where they last continued as new, with all that they were told since. */
      anew: string[];
      /** Stacks whose keeper is made again out of the state directory; only its queue is lost. */
      made: string[];
      /** Ids of looks and jobs that are ended: they come again. */
      ended: string[];
    }
  | { is: 'refuse'; sentences: string[] };

/**
 * For a worker that finds nobody polling. What does not replay is never run: a keeper goes on from its last continuing as
 * new, or is made again and attached to the deployment that it had begun; only a deployment that another version has begun
 * needs that version to finish it. `makes`: stacks whose keeper this process starts.
 */
export function decideStart(open: readonly Judged[], makes: readonly string[]): Start {
  const differing = open.filter(({ replays }) => !replays);
  const keepers = differing.filter(({ kind }) => kind === 'keeper');
  const begun = keepers.filter(({ hasBegun }) => hasBegun === true);
  const sentences = [
    ...differing.filter(({ kind }) => kind === 'deployment').map(unfinished),
    ...begun.filter(({ stack = '' }) => !makes.includes(stack)).map(unmade),
  ];
  if (sentences.length > 0) return { is: 'refuse', sentences };
  return {
    is: 'begin',
    anew: idsOf(keepers.filter(({ hasBegun }) => hasBegun !== true)),
    made: stacksOf(begun, 'keeper'),
    ended: idsOf(differing.filter(({ kind }) => kind === 'scheduled')),
  };
}

const unfinished = ({ id, difference = 'no reason given' }: Judged): string =>
  `${id} was begun by another version of birdkeeper and does not replay with this one: ${difference}`;

const unmade = ({ id, stack = '', difference = 'no reason given' }: Judged): string =>
  `${id} does not replay with this version and has to be made again, by birdkeeper up with stack ${stack}: ${difference}`;

/** A replacement of the worker that is asked for in the middle of a deployment. */
export type Replacement =
  | { is: 'go' }
  /** Ids. These keepers are to begin nothing more, and these deployments to end, before the worker is replaced. */
  | { is: 'drain'; keepers: string[]; deployments: string[] }
  | { is: 'refuse'; sentence: string };

/**
 * Whether the worker of `host` may be replaced by the code that `open` was judged with. `own`: the stack whose deployment
 * replaces it, which is open meanwhile and so can be waited for by nobody.
 */
export function decideReplacement(open: readonly Judged[], host: string, own: string): Replacement {
  const differing = open.filter(({ kind, replays }) => !replays && (kind === 'keeper' || kind === 'deployment'));
  const ours = differing.find(({ kind, stack }) => kind === 'deployment' && stack === own);
  if (ours) {
    const { id, difference = 'no reason given' } = ours;
    return {
      is: 'refuse',
      sentence: `The new version cannot go on with ${id}, in the middle of which it would take over: ${difference} Replace the worker while nothing runs: birdkeeper drain, then start the new version.`,
    };
  }
  // The worker that takes over makes the keeper of this stack again.
  const stacks = new Set(differing.flatMap(({ stack }) => (stack === undefined || stack === own ? [] : [stack])));
  if (stacks.size === 0) return { is: 'go' };
  return {
    is: 'drain',
    keepers: [...stacks].map((stack) => keeperId({ host, stack })),
    deployments: idsOf(open.filter(({ kind, stack }) => kind === 'deployment' && stacks.has(stack ?? ''))),
  };
}

const idsOf = (open: readonly Judged[]): string[] => open.map(({ id }) => id);
const stacksOf = (open: readonly Judged[], wanted: WorkflowKind): string[] =>
  open.flatMap(({ kind, stack }) => (kind === wanted && stack !== undefined ? [stack] : []));
