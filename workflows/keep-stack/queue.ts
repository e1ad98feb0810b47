/** The keeper's queue: what a request becomes, what is ignored, what a result changes. Pure. */
import { sameCommits } from '../check-stack/decide.js';
import { STACK_WORDS, type Outcome, type Trigger } from '../contract.js';
import type { DeployStackResult } from '../deploy-stack/messages.js';
import type { Commits, DeployRequest, WaitingRelease } from '../model.js';
import { isCommits, isObject, reasonOf, whoOf } from '../validate.js';
import { approvalAfter, approverOf } from './approval.js';
import type { DeployAnswer, DeployAsk, DeploymentNeeded, KeeperMemory } from './messages.js';

export const freshMemory = (nextNumber: number): KeeperMemory => ({ nextNumber, queue: [] });

/** Which of two triggers a joined request keeps: what a person asked for is never dropped as a look that was seen to. */
const RANK: Readonly<Record<Trigger, number>> = {
  check: 0,
  window: 1,
  approved: 2,
  asked: 3,
  local: 3,
  first: 4,
  forced: 5,
  rollback: 6,
};

/** Exactly one release and nothing else: it joins only its like. */
const isFixed = ({ release, rollbackTo }: Omit<DeployRequest, 'number'>): boolean =>
  release !== undefined || rollbackTo !== undefined;

function isSameWork(one: Omit<DeployRequest, 'number'>, other: Omit<DeployRequest, 'number'>): boolean {
  if (!isFixed(one) && !isFixed(other)) return true;
  return (
    one.rollbackTo === other.rollbackTo &&
    one.approvedPlan === other.approvedPlan &&
    (one.release === undefined) === (other.release === undefined) &&
    sameCommits(one.release ?? {}, other.release ?? {})
  );
}

/**
 * Adds a request, or joins the one that waits for the same: the newest reason and commits count, force and the stronger
 * trigger stay. A rollback by hand goes first.
 */
export function enqueue(
  memory: KeeperMemory,
  request: Omit<DeployRequest, 'number'>,
): { memory: KeeperMemory; answer: DeployAnswer } {
  const waiting = memory.queue.find((queued) => isSameWork(queued, request));
  if (waiting) {
    const joined: DeployRequest = {
      ...request,
      number: waiting.number,
      force: waiting.force || request.force,
      trigger: RANK[waiting.trigger] > RANK[request.trigger] ? waiting.trigger : request.trigger,
    };
    const queue = memory.queue.map((queued) => (queued === waiting ? joined : queued));
    return { memory: { ...memory, queue }, answer: { number: waiting.number, collapsed: true } };
  }
  const number = memory.nextNumber;
  const added = { ...request, number };
  return {
    memory: {
      ...memory,
      nextNumber: number + 1,
      queue: request.rollbackTo === undefined ? [...memory.queue, added] : [added, ...memory.queue],
    },
    answer: { number, collapsed: false },
  };
}

export function requestFor({ reason, force = false, first = false, by }: DeployAsk): Omit<DeployRequest, 'number'> {
  const trigger = first ? 'first' : force ? 'forced' : 'asked';
  return {
    trigger,
    force,
    reason: reasonOf(reason, force ? 'forced by a person' : first ? 'first deployment' : 'asked by a person'),
    ...(by === undefined ? {} : { by }),
  };
}

/**
 * What a look of `checkStack` changes. A look at what runs (`running`), at what a person asked for already, or at what
 * failed a moment ago, changes nothing. Another look while a deployment runs is queued, because that deployment may have
 * fetched before this commit, and is dropped by `afterDeployment` when it was the same.
 */
export function afterLook(
  memory: KeeperMemory,
  needed: DeploymentNeeded,
  now: Date,
  running?: Pick<DeployRequest, 'commits'>,
): KeeperMemory {
  const { word, reason, commits, deploys } = needed;
  const looked: KeeperMemory = { ...memory, look: { word, reason, commits, at: now.toISOString() } };
  const isRunning = running?.commits !== undefined && sameCommits(running.commits, commits);
  const isAsked = memory.queue.some((request) => request.trigger !== 'check' && request.rollbackTo === undefined);
  const isWaiting = memory.waiting !== undefined && sameCommits(memory.waiting.commits, commits);
  const isHeld = memory.paused !== undefined || isWaiting || isBackingOff(memory, commits, now);
  if (!deploys || isRunning || isAsked || isHeld) return looked;
  return enqueue(looked, { trigger: 'check', force: false, reason, commits }).memory;
}

/** What an ended deployment changes. `by`: who had asked for it, or said yes to it. */
export function afterDeployment(memory: KeeperMemory, result: DeployStackResult, now: Date, by?: string): KeeperMemory {
  const { number, outcome, message, commits, nextNumber = 0 } = result;
  const at = now.toISOString();
  const last = { number, outcome, message: message.slice(0, MAX_MESSAGE), at };
  const { waiting, approved: former, ...rest } = withoutLooksAt(commits, memory);
  const held = waitingAfter(waiting, result, at, approverOf(former, result, by));
  const approved = approvalAfter(former, result, by);
  const next = {
    ...rest,
    nextNumber: Math.max(rest.nextNumber, nextNumber),
    last,
    ...(held === undefined ? {} : { waiting: held }),
    ...(approved === undefined ? {} : { approved }),
    ...(outcome === 'deployed' ? level(commits, at) : {}),
  };
  return withBackOff(next, result, now);
}

/** No host makes more deployments without its server; anything beyond is nonsense. */
const MAX_UNSEEN = 10_000;

/**
 * What `up` tells at its start, `{nextNumber}`: numbers that `deploy --local` gave while the server was down are not given
 * again.
 */
export function afterNumbering(memory: KeeperMemory, payload: unknown): KeeperMemory {
  const told = isObject(payload) ? payload.nextNumber : undefined;
  const isPossible = Number.isSafeInteger(told) && Number(told) <= memory.nextNumber + MAX_UNSEEN;
  return isPossible ? { ...memory, nextNumber: Math.max(memory.nextNumber, Number(told)) } : memory;
}

/** Whatever changed the host makes the plan of what waited a tale of the past. */
const SETTLES: readonly Outcome[] = ['deployed', 'rolled back', 'roll back failed', 'roll back withheld', 'rejected'];

function waitingAfter(
  waiting: WaitingRelease | undefined,
  { number, outcome, message, commits, waits }: DeployStackResult,
  at: string,
  approvedBy: string | undefined,
): WaitingRelease | undefined {
  const said = approvedBy === undefined ? {} : { approvedBy };
  if (outcome === 'waiting' && waits !== undefined) return { number, commits, ...waits, ...said, why: message, at };
  return SETTLES.includes(outcome) ? undefined : waiting;
}

/** Looks that find nothing to do are not told: without this the look that asked for the deployment would stand. */
const level = (commits: Commits, at: string): Pick<KeeperMemory, 'look'> => ({
  look: { word: 'up to date', reason: 'deployed what the look before had seen.', commits, at },
});

/** The number of a dropped look was told to nobody: the next request gets it. */
function withoutLooksAt(commits: Commits, memory: KeeperMemory): KeeperMemory {
  const isLookAt = ({ trigger, commits: seen }: DeployRequest) =>
    trigger === 'check' && sameCommits(seen ?? {}, commits);
  const dropped = memory.queue.filter(isLookAt).map(({ number }) => number);
  return {
    ...memory,
    nextNumber: Math.min(memory.nextNumber, ...dropped),
    queue: memory.queue.filter((request) => !isLookAt(request)),
  };
}

const MAX_MESSAGE = 1_000;
const FIRST_PAUSE_MINUTES = 5;
const LONGEST_PAUSE_MINUTES = 6 * 60;

/**
 * What failed before anything moved is tried again after 5, 10, 20 … minutes, at most 6 hours, and at the next commit. What
 * a person must mend in the stack itself is planned afresh every 5 minutes. A blocked checkout needs no pause: looks say so,
 * and ask for nothing until it is clean.
 */
function withBackOff(memory: KeeperMemory, result: DeployStackResult, now: Date): KeeperMemory {
  const { backOff, ...rest } = memory;
  const { outcome, phase, commits } = result;
  const isSeenByLooks = phase === 'inspect' || phase === 'fetch';
  if (!REPEATS.includes(outcome) && (outcome !== 'blocked' || isSeenByLooks)) return rest;
  const failures = backOff && sameCommits(backOff.commits, commits) ? backOff.failures + 1 : 1;
  const doubled = outcome === 'blocked' ? FIRST_PAUSE_MINUTES : FIRST_PAUSE_MINUTES * 2 ** (failures - 1);
  const minutes = Math.min(doubled, LONGEST_PAUSE_MINUTES);
  return { ...rest, backOff: { commits, failures, until: new Date(now.getTime() + minutes * 60_000).toISOString() } };
}

/** What a look could ask for again with the same commits: a release is quarantined, a repair or a moved image is not. */
const REPEATS: readonly Outcome[] = ['failed', 'rolled back', 'roll back failed', 'cancelled'];

function isBackingOff({ backOff }: KeeperMemory, commits: Commits, now: Date): boolean {
  return backOff !== undefined && sameCommits(backOff.commits, commits) && now < new Date(backOff.until);
}

/** The payload of `deploymentNeeded`, or undefined when it is nonsense. */
export function parseNeeded(value: unknown): DeploymentNeeded | undefined {
  if (!isObject(value) || !isCommits(value.commits) || typeof value.deploys !== 'boolean') return undefined;
  const word = STACK_WORDS.find((known) => known === value.word);
  if (word === undefined) return undefined;
  return { word, reason: reasonOf(value.reason, word), commits: value.commits, deploys: value.deploys };
}

/** The payload of `deploy` or `forceDeploy`; whatever is not understood is left out. */
export function parseAsk(value: unknown, force?: true): DeployAsk {
  const given = isObject(value) ? value : typeof value === 'string' ? { reason: value } : {};
  return {
    ...(typeof given.reason === 'string' ? { reason: given.reason } : {}),
    force: force ?? given.force === true,
    first: given.first === true,
    ...(typeof given.by === 'string' ? { by: whoOf(given) } : {}),
  };
}
