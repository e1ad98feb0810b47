/** Which snapshots may go. Pure. */
import { z } from 'zod';
import { completeOnes, hasTag, tagsOf } from './choose.js';
import { KEEP_KINDS, type KeepPolicy, type Snapshot } from './restic-commands.js';
import { INCOMPLETE, isBeforeRestore, isSelection, UNFINISHED } from './tags.js';

const number = z.number({ error: 'should be a whole number from 1' }).int().min(1).max(100_000).optional();
const KeepSchema = z
  .strictObject(Object.fromEntries(KEEP_KINDS.map((kind) => [kind, number])))
  .refine((policy) => KEEP_KINDS.some((kind) => policy[kind] !== undefined), { error: 'should keep something' });

/** What is wrong with a policy, or undefined. */
export function wrongPolicy(policy: KeepPolicy): string | undefined {
  const { error } = KeepSchema.safeParse(policy);
  const issue = error?.issues[0];
  return issue && [issue.path.join('.'), issue.message].filter((text) => text !== '').join(': ');
}

const FLAG = /^--keep-(last|hourly|daily|weekly|monthly|yearly)(?:=(\d+))?$|^-([lHdwmy])(\d+)?$/;
const SHORT: Readonly<Record<string, keyof KeepPolicy>> = {
  l: 'last',
  H: 'hourly',
  d: 'daily',
  w: 'weekly',
  m: 'monthly',
  y: 'yearly',
};

/** `--keep-daily=7 --keep-weekly 4`, as `BIRDHOUSE_BACKUP_RESTIC_FORGET_ARGS` has it; or what is not understood. */
export function readKeepOptions(text: string): KeepPolicy | string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const policy: Partial<Record<keyof KeepPolicy, number>> = {};
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const [, long, joined, short, close] = FLAG.exec(word) ?? [];
    const kind = short === undefined ? (long as keyof KeepPolicy | undefined) : SHORT[short];
    if (kind === undefined)
      return `${word} is not understood (--keep-last, -hourly, -daily, -weekly, -monthly, -yearly N)`;
    const given = joined ?? close ?? words[++at] ?? '';
    if (!/^\d+$/.test(given)) return `${word} needs a number`;
    policy[kind] = Number(given);
  }
  return wrongPolicy(policy) ?? policy;
}

/** Words of the selections among complete snapshots: each is counted by itself. */
export const selectionsOf = (snapshots: readonly Snapshot[]): string[] => [
  ...new Set(completeOnes(snapshots).flatMap((each) => tagsOf(each).filter(isSelection))),
];

/**
 * What no policy counts: cut short or incomplete and older than a complete one; what was saved before a restore, after `days`.
 * A snapshot without any of our tags is somebody else's.
 */
export function leftovers(snapshots: readonly Snapshot[], { now, days }: { now: number; days: number }): string[] {
  const newest = completeOnes(snapshots).at(-1);
  if (newest === undefined) return [];
  const before = Date.parse(newest.time);
  return snapshots
    .filter((each) => {
      const made = Date.parse(each.time);
      if (hasTag(each, UNFINISHED) || hasTag(each, INCOMPLETE)) return made < before;
      return tagsOf(each).some(isBeforeRestore) && made < now - days * 86_400_000;
    })
    .map(({ id }) => id);
}
