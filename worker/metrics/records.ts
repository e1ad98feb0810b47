/** Reads what the state directory knows of a stack. A file that has not changed is not read again. */
import { stat } from 'node:fs/promises';
import type { DeploymentRecord, QuarantinedRelease, Release } from '../../workflows/model.js';
import type {
  CowbirdNote,
  KeeperNote,
  LocalRun,
  Look,
  Observed,
  StackState,
  WeaverNote,
} from '../../activities/state/index.js';

export interface StackRecords {
  deployments: readonly DeploymentRecord[];
  release: Release | undefined;
  quarantined: readonly QuarantinedRelease[];
  look: Look | undefined;
  observed: Observed | undefined;
  keeper: KeeperNote;
  local: LocalRun | undefined;
  /** When the newest snapshot was made. */
  snapshotAt: string | undefined;
  weaver: WeaverNote | undefined;
  cowbird: CowbirdNote | undefined;
  /** Files that could not be read; what was read of them before stands in for them. */
  unreadable: number;
}

/** Remembers files by what the file system says of them. */
export class Records {
  private readonly kept = new Map<string, { mark: string; value: unknown }>();

  async of(stack: StackState): Promise<StackRecords> {
    let unreadable = 0;
    const file = async <T>(name: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await this.read(stack.path(name), read);
      } catch {
        unreadable += 1;
        const former = this.kept.get(stack.path(name));
        return former === undefined ? otherwise : (former.value as T);
      }
    };
    const [deployments, release, quarantined, look, observed, keeper, local, ...rest] = await Promise.all([
      file('deployments.jsonl', () => stack.deployments(), []),
      file('releases.jsonl', () => stack.latestRelease(), undefined),
      file('quarantine.json', () => stack.quarantined(), []),
      file('look.json', () => stack.look(), undefined),
      file('observed.json', () => stack.observed(), undefined),
      file('keeper.json', () => stack.keeperNote(), {}),
      file('local.json', () => stack.localRun(), undefined),
      file('snapshots.jsonl', async () => (await stack.snapshots()).at(-1)?.at, undefined),
      file('weaver.json', () => stack.weaverNote(), undefined),
      file('cowbird.json', () => stack.cowbirdNote(), undefined),
    ]);
    const [snapshotAt, weaver, cowbird] = rest;
    const known = { deployments, release, quarantined, look, observed, keeper, local, snapshotAt };
    return { ...known, weaver, cowbird, unreadable };
  }

  private async read<T>(path: string, read: () => Promise<T>): Promise<T> {
    const mark = await stat(path).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => 'missing',
    );
    const kept = this.kept.get(path);
    if (kept?.mark === mark) return kept.value as T;
    const value = await read();
    this.kept.set(path, { mark, value });
    return value;
  }
}
