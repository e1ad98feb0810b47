/** Reads `git status --porcelain=v2 --branch -z`. Pure. */
import { join } from 'node:path';

export const statusCommand = (untracked: 'normal' | 'all'): string[] => [
  'status',
  '--porcelain=v2',
  '--branch',
  // `status.aheadBehind=false` would leave the counts out.
  '--ahead-behind',
  '-z',
  '--no-renames',
  `--untracked-files=${untracked}`,
];

export interface StatusEntry {
  path: string;
  kind: 'changed' | 'unmerged' | 'untracked';
}

export interface Status {
  /** Commit of HEAD; undefined before the first commit. */
  head?: string;
  /** Undefined when detached. */
  branch?: string;
  /** Commits of HEAD that its upstream has not; undefined without an upstream that is here. */
  ahead?: number;
  behind?: number;
  entries: StatusEntry[];
}

/**
 * Entries without untracked files that we wrote ourselves: a template whose output nobody told git to ignore must not
 * block the push that does. `ours`: absolute paths.
 */
export function withoutOurs(entries: readonly StatusEntry[], dir: string, ours: readonly string[]): StatusEntry[] {
  return entries.filter(({ kind, path }) => kind !== 'untracked' || !ours.includes(join(dir, path)));
}

export function parseStatus(output: string): Status {
  const status: Status = { entries: [] };
  for (const record of output.split('\0')) {
    if (record.startsWith('# ')) readHeader(record, status);
    else if (record !== '') status.entries.push(...readEntry(record));
  }
  return status;
}

function readHeader(record: string, status: Status): void {
  const [, key, value] = /^# (\S+) ([^]*)$/.exec(record) ?? [];
  if (key === 'branch.oid' && value !== undefined && value !== '(initial)') status.head = value;
  if (key === 'branch.head' && value !== undefined && value !== '(detached)') status.branch = value;
  const [, ahead, behind] = (key === 'branch.ab' && /^\+(\d+) -(\d+)$/.exec(value ?? '')) || [];
  if (ahead !== undefined) Object.assign(status, { ahead: Number(ahead), behind: Number(behind) });
}

/** Fields before the path: 8 for an ordinary entry, 10 for an unmerged one; paths may hold blanks. */
function readEntry(record: string): StatusEntry[] {
  const path = (fields: number) => record.split(' ').slice(fields).join(' ');
  switch (record[0]) {
    case '1':
      return [{ path: path(8), kind: 'changed' }];
    case 'u':
      return [{ path: path(10), kind: 'unmerged' }];
    case '?':
      return [{ path: path(1), kind: 'untracked' }];
    default:
      return [];
  }
}
