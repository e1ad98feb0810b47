import { NO_WINDOW, OUTCOMES, STACK_WORDS, TRIGGERS } from '../contract.js';
import type { Commits, DeployRequest } from '../model.js';
import { isObject } from '../validate.js';
import { isWork } from './work.js';
import type { KeeperMemory } from './messages.js';

/**
 * What a keeper was started with, or undefined when numbering cannot go on from it. Anybody can start a workflow, and a
 * request that is none would make the keeper continue as new for ever; whatever else is malformed is left out, because a
 * keeper must not die of its memory.
 */
export function readMemory(value: unknown): KeeperMemory | undefined {
  if (!isObject(value) || !isNumber(value.nextNumber) || !Array.isArray(value.queue)) return undefined;
  const { nextNumber, queue, last, look, backOff, paused, waiting, approved, rejected, attached, noted, handedOver } =
    value;
  const { work, working, workNext } = value;
  return {
    nextNumber,
    queue: queue.filter(isRequest),
    ...(isLast(last) ? { last } : {}),
    ...(isLook(look) ? { look } : {}),
    ...(isBackOff(backOff) ? { backOff } : {}),
    ...(isPause(paused) ? { paused } : {}),
    ...(isWaiting(waiting) ? { waiting } : {}),
    ...(isApproval(approved) ? { approved } : {}),
    ...(isRejection(rejected) ? { rejected } : {}),
    ...(isNumber(attached) ? { attached } : {}),
    ...(isText(noted) ? { noted } : {}),
    ...(isHandOver(handedOver) ? { handedOver } : {}),
    ...(Array.isArray(work) ? { work: work.filter(isWork) } : {}),
    ...(isWork(working) ? { working } : {}),
    ...(workNext === true ? { workNext } : {}),
  };
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value));
const isOr = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
const isOneOf = (words: readonly string[], value: unknown): boolean => words.some((word) => word === value);
const isCommitMap = (value: unknown): value is Commits => isObject(value) && Object.values(value).every(isText);

const isRequest = (value: unknown): value is DeployRequest =>
  isObject(value) &&
  isNumber(value.number) &&
  isOneOf(TRIGGERS, value.trigger) &&
  typeof value.force === 'boolean' &&
  isText(value.reason) &&
  isOr(value.commits, isCommitMap) &&
  isOr(value.by, isText) &&
  isOr(value.release, isCommitMap) &&
  isOr(value.approvedPlan, isText) &&
  isOr(value.rollbackTo, Number.isSafeInteger);

const isLast = (value: unknown): value is NonNullable<KeeperMemory['last']> =>
  isObject(value) &&
  isNumber(value.number) &&
  isOneOf(OUTCOMES, value.outcome) &&
  isText(value.message) &&
  isTime(value.at);

const isLook = (value: unknown): value is NonNullable<KeeperMemory['look']> =>
  isObject(value) &&
  isOneOf(STACK_WORDS, value.word) &&
  isText(value.reason) &&
  isCommitMap(value.commits) &&
  isTime(value.at);

const isBackOff = (value: unknown): value is NonNullable<KeeperMemory['backOff']> =>
  isObject(value) && isCommitMap(value.commits) && isNumber(value.failures) && isTime(value.until);

const isPause = (value: unknown): value is NonNullable<KeeperMemory['paused']> =>
  isObject(value) && isText(value.reason) && isText(value.by) && isTime(value.at);

const isWaiting = (value: unknown): value is NonNullable<KeeperMemory['waiting']> =>
  isObject(value) &&
  isNumber(value.number) &&
  isCommitMap(value.commits) &&
  isText(value.digest) &&
  typeof value.needsApproval === 'boolean' &&
  isOr(value.opensAt, (opensAt) => opensAt === NO_WINDOW || isTime(opensAt)) &&
  isText(value.why) &&
  isTime(value.at) &&
  isOr(value.approvedBy, isText);

const isApproval = (value: unknown): value is NonNullable<KeeperMemory['approved']> =>
  isObject(value) && isText(value.digest) && isText(value.by) && isNumber(value.number);

const isHandOver = (value: unknown): value is NonNullable<KeeperMemory['handedOver']> =>
  isObject(value) && isText(value.by) && isTime(value.at);

const isRejection = (value: unknown): value is NonNullable<KeeperMemory['rejected']> =>
  isObject(value) && isNumber(value.number) && isCommitMap(value.commits) && isText(value.by) && isText(value.reason);
