/** What people say to a keeper: pause and resume, yes and no to what waits, back to a former release. Pure. */
import type { RecalledKeeper } from '../../activities/types.js';
import { NO_WINDOW } from '../contract.js';
import type { DeployRequest, WaitingRelease } from '../model.js';
import { isObject, reasonOf, whoOf } from '../validate.js';
import type { KeeperMemory, RollbackAsk, Verdict } from './messages.js';
import { enqueue, freshMemory } from './queue.js';

/** A keeper that is made again out of what the state directory knows: on an empty server, or after it was ended. */
export function recalledMemory(recalled: RecalledKeeper): KeeperMemory {
  const { nextNumber, paused, waiting, running, working } = recalled;
  const held = {
    ...(paused ? { paused } : {}),
    ...(waiting ? { waiting } : {}),
    ...(working ? { working } : {}),
  };
  const memory = { ...freshMemory(nextNumber), ...held, ...(running === undefined ? {} : { attached: running }) };
  return { ...memory, noted: noteOf(memory) };
}

/** Nothing is deployed by itself until `afterResume`; what a person asks for still is. A second pause replaces the reason. */
export function afterPause(memory: KeeperMemory, payload: unknown, now: Date): KeeperMemory {
  return {
    ...memory,
    paused: { reason: reasonOf(payload, 'no reason given'), by: whoOf(payload), at: now.toISOString() },
    queue: memory.queue.filter(({ trigger }) => trigger !== 'check' && trigger !== 'window'),
  };
}

/** What was pushed meanwhile is deployed at the next look. */
export function afterResume({ paused: _over, ...memory }: KeeperMemory): KeeperMemory {
  return memory;
}

/** Undefined: nothing waits under that number, so nothing changes. */
export function afterApprove(memory: KeeperMemory, verdict: Verdict, now: Date): KeeperMemory | undefined {
  const { waiting, ...rest } = memory;
  if (waiting?.number !== verdict.number) return undefined;
  const approved: WaitingRelease = { ...waiting, needsApproval: false, approvedBy: verdict.by };
  if (!isDue(approved, now)) return { ...rest, waiting: approved };
  return enqueue(rest, releaseRequest(approved, 'approved', verdict)).memory;
}

/** Undefined: nothing waits under that number, so nothing changes. */
export function afterReject({ waiting, ...rest }: KeeperMemory, verdict: Verdict): KeeperMemory | undefined {
  if (waiting?.number !== verdict.number) return undefined;
  const reason = reasonOf(verdict.reason, 'no reason given');
  return { ...rest, rejected: { number: waiting.number, commits: waiting.commits, by: verdict.by, reason } };
}

/** What waited for a window only is asked for when that opens. */
export function afterOpening(memory: KeeperMemory, now: Date): KeeperMemory {
  const { waiting, ...rest } = memory;
  if (waiting === undefined || waiting.needsApproval || !isDue(waiting, now) || memory.paused) return memory;
  return enqueue(rest, releaseRequest(waiting, 'window')).memory;
}

/** Milliseconds until what waits may be asked for by itself; undefined: nothing does. */
export function untilOpening({ waiting, paused }: KeeperMemory, now: Date): number | undefined {
  if (waiting?.opensAt === undefined || waiting.needsApproval || paused) return undefined;
  return Math.max(0, timeOf(waiting, waiting.opensAt) - now.getTime());
}

const isDue = (waiting: WaitingRelease, now: Date): boolean =>
  waiting.opensAt === undefined || timeOf(waiting, waiting.opensAt) <= now.getTime();

const FAR_MS = 400 * 24 * 3600 * 1000;

/** Where no window was in sight, it is looked again when that sight ends. */
const timeOf = ({ at }: WaitingRelease, opensAt: string): number =>
  opensAt === NO_WINDOW ? Date.parse(at) + FAR_MS : Date.parse(opensAt);

/** Exactly what waited: the same commits, and the plan that was shown. */
function releaseRequest(
  { number, commits, digest, approvedBy }: WaitingRelease,
  trigger: 'approved' | 'window',
  verdict?: Verdict,
): Omit<DeployRequest, 'number'> {
  const by = verdict?.by ?? approvedBy;
  const why = reasonOf(verdict?.reason, '');
  const said = `approved by ${by ?? 'a person'}${why === '' ? '' : `: ${why}`}`;
  return {
    trigger,
    force: false,
    reason: `deployment ${number} ${trigger === 'approved' ? `was ${said}` : `waited for a window${by === undefined ? '' : `, ${said}`}`}`,
    ...(by === undefined ? {} : { by }),
    commits,
    release: commits,
    // A window asks nobody: without a yes the plan may differ from the one that waited.
    ...(by === undefined ? {} : { approvedPlan: digest }),
  };
}

export function rollbackRequest({ number, by, reason }: RollbackAsk): Omit<DeployRequest, 'number'> {
  return {
    trigger: 'rollback',
    force: true,
    reason: reasonOf(reason, number === undefined ? 'back to the release before' : `back to release ${number}`),
    rollbackTo: number ?? PREVIOUS,
    ...(by === undefined ? {} : { by }),
  };
}

/** In the place of a release's number: the one before the deployed one. */
export const PREVIOUS = -1;

/** The payload of `approve` or `reject`, or undefined when it names no deployment. */
export function parseVerdict(value: unknown): Verdict | undefined {
  if (!isObject(value) || !isNumber(value.number)) return undefined;
  return {
    number: value.number,
    by: whoOf(value),
    ...(typeof value.reason === 'string' ? { reason: value.reason } : {}),
  };
}

/**
 * Why a request for a rollback is refused, or undefined. Without a number it goes to the release before, so a number that
 * is not understood, or a payload that nobody can read, must not pass for none. `given`: the arguments as they came.
 */
export function rollbackRefusal(given: readonly unknown[]): string | undefined {
  const [value] = given;
  const isAsk =
    given.length === 0 || (isObject(value) && (value.number === undefined || isReleaseNumber(value.number)));
  return isAsk
    ? undefined
    : 'This names no release, so nothing was done: give {number: N} with the number of a recorded release, or no number for the release before.';
}

/** No activity takes a greater one. */
const MOST_NUMBER = 1_000_000_000;
const isReleaseNumber = (value: unknown): boolean => isNumber(value) && value <= MOST_NUMBER;

/** The payload of `rollback`; whatever is not understood is left out. */
export function parseRollback(value: unknown): RollbackAsk {
  const given = isObject(value) ? value : {};
  return {
    ...(isNumber(given.number) ? { number: given.number } : {}),
    ...(typeof given.by === 'string' ? { by: whoOf(given) } : {}),
    ...(typeof given.reason === 'string' ? { reason: given.reason } : {}),
  };
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** What the state directory keeps of a keeper besides releases: enough for another keeper to go on. */
export const noteOf = ({ paused, waiting, working }: KeeperMemory): string =>
  JSON.stringify({ paused, waiting, working });
