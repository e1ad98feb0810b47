/** What is asked of restic beside `backup`, and its answers. Pure. */
import { z } from 'zod';
import type { Command } from '../shared/run-command.js';
import { stackTag } from './restic.js';

const restic = (...args: string[]): Command => ({ file: 'restic', args });

export const snapshotsCommand = ({ stack, host }: { stack: string; host: string }): Command =>
  restic('snapshots', '--json', '--tag', stackTag(stack), '--host', host);

const Snapshots = z
  .array(
    z.object({
      id: z.string(),
      short_id: z.string(),
      /** Id before its tags were changed for the first time. */
      original: z.string().optional(),
      time: z.string().refine((time) => !Number.isNaN(Date.parse(time))),
      tags: z.array(z.string()).nullish(),
      paths: z.array(z.string()),
      hostname: z.string(),
    }),
  )
  .nullable();
export type Snapshot = NonNullable<z.infer<typeof Snapshots>>[number];

export const readSnapshots = (stdout: string): Snapshot[] =>
  [...(Snapshots.parse(JSON.parse(stdout)) ?? [])].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));

export const tagCommand = (
  snapshot: string,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Command =>
  restic(
    'tag',
    '--quiet',
    ...add.flatMap((tag) => ['--add', tag]),
    ...remove.flatMap((tag) => ['--remove', tag]),
    snapshot,
  );

/** Numbers of snapshots to keep; the words of `restic forget --keep-…`. */
export interface KeepPolicy {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
}
export const KEEP_KINDS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/**
 * Only snapshots that have every one of the tags (a comma is restic's "and"), of this host. In one group: by itself restic
 * groups by paths, and each change of a path would begin a group whose last snapshots are kept for ever.
 */
export function forgetCommand(what: { host: string; tags: readonly string[]; policy: KeepPolicy }): Command {
  const keep = KEEP_KINDS.flatMap((kind) => {
    const number = what.policy[kind];
    return number === undefined ? [] : [`--keep-${kind}`, String(number)];
  });
  return restic('forget', '--json', '--tag', what.tags.join(','), '--host', what.host, '--group-by', 'host', ...keep);
}

export const forgetIdsCommand = (ids: readonly string[]): Command => restic('forget', '--quiet', ...ids);
export const pruneCommand: Command = restic('prune', '--quiet');

const Forgotten = z.array(z.object({ keep: z.array(z.unknown()).nullish(), remove: z.array(z.unknown()).nullish() }));

/** restic prints nothing at all when no snapshot has the tags. */
export function readForgotten(stdout: string): { kept: number; removed: number } {
  const line = stdout.split('\n').find((each) => each.startsWith('['));
  const groups = line === undefined ? [] : Forgotten.parse(JSON.parse(line));
  const count = (key: 'keep' | 'remove') => groups.reduce((sum, group) => sum + (group[key]?.length ?? 0), 0);
  return { kept: count('keep'), removed: count('remove') };
}

/** `subset`: `n/t`, a percentage or a size, as restic's `--read-data-subset`. */
export const checkCommand = (subset: string | undefined): Command =>
  restic('check', '--quiet', ...(subset === undefined ? [] : ['--read-data-subset', subset]));

export const restoreCommand = (snapshot: string, paths: readonly string[], target: string): Command =>
  restic(
    'restore',
    '--verify',
    '--target',
    target,
    ...paths.flatMap((path) => ['--include', asPattern(path)]),
    snapshot,
  );

/** restic takes patterns, in which a path stands for itself and all below it. */
const asPattern = (path: string): string => path.replaceAll(/[\\*?[\]]/g, (special) => `\\${special}`);

export const dumpCommand = (snapshot: string, path: string): Command => restic('dump', snapshot, path);
export const listCommand = (snapshot: string, path: string): Command =>
  restic('ls', '--json', '--recursive', snapshot, path);
export const sizeCommand = (snapshot: string): Command => restic('stats', '--json', '--mode', 'restore-size', snapshot);

const Entry = z.object({
  path: z.string(),
  type: z.string(),
  size: z.number().optional(),
  mtime: z.string(),
});
export type SnapshotEntry = z.infer<typeof Entry>;

/** One JSON object a line; undefined for those that tell of no file, such as the first. */
export function readEntry(line: string): SnapshotEntry | undefined {
  return line.startsWith('{') ? Entry.safeParse(JSON.parse(line)).data : undefined;
}

const Size = z.object({ total_size: z.number() });
export const readSize = (stdout: string): number => Size.parse(JSON.parse(stdout)).total_size;
