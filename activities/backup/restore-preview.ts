/** What a restore would overwrite, told without changing anything. */
import { asTree, compareTrees, type TreeChanges } from './compare-trees.js';
import type { Surroundings } from './containers.js';
import { describeDump } from './dump.js';
import type { ManifestPart } from './manifest.js';
import type { OpenedSnapshot } from './open-snapshot.js';
import type { Repository } from './repository.js';
import type { SnapshotEntry } from './restic-commands.js';
import { stoppedThroughout } from './restore-plan.js';
import type { RestoreTarget } from './restore-targets.js';
import { readTree } from './trees.js';

export interface PreviewedPart {
  readonly key: string;
  /** `postgres birds in db is replaced as a whole`, or where files are written. */
  readonly what: string;
  /** Of directories and files; undefined for databases and for what is laid aside. */
  readonly changes?: TreeChanges;
}

export interface RestorePreview {
  readonly snapshot: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly release: number | null;
  readonly parts: readonly PreviewedPart[];
  /** Running containers that would be stopped meanwhile. */
  readonly stops: readonly string[];
}

export async function preview(
  { snapshot, manifest }: OpenedSnapshot,
  targets: readonly RestoreTarget[],
  repository: Repository,
  { engine, step }: Surroundings,
): Promise<RestorePreview> {
  const parts: PreviewedPart[] = [];
  for (const target of targets) parts.push(await previewOne(target, snapshot, repository));
  const names = stoppedThroughout(targets.filter(({ aside }) => !aside).map(({ planned }) => planned));
  const found = (await Promise.all(names.map((name) => engine.find(name, step)))).flat();
  const stops = [...new Set(found.filter(({ running }) => running).map(({ name }) => name))];
  return { snapshot, madeAt: manifest.madeAt, release: manifest.release, parts, stops };
}

async function previewOne(
  { planned, target, aside, spared }: RestoreTarget,
  snapshot: string,
  repository: Repository,
): Promise<PreviewedPart> {
  const { key, part } = planned;
  if (aside) return { key, what: `${nameOf(planned)} is laid aside, not written back` };
  if (part.kind === 'dump' || target === undefined) return { key, what: `${nameOf(planned)} is replaced as a whole` };
  const listed: SnapshotEntry[] = [];
  await repository.eachEntry(snapshot, planned.place, (entry) => listed.push(entry));
  const changes = compareTrees(asTree(listed, planned.place), await readTree(target), spared);
  return { key, what: `${nameOf(planned)} is written back to ${target}`, changes };
}

function nameOf({ part }: ManifestPart): string {
  if (part.kind === 'dump') return describeDump(part);
  if (part.kind === 'volume') return `volume ${part.volume}${part.below === undefined ? '' : `/${part.below}`}`;
  return `directory or file ${part.path}${part.container === undefined ? '' : ` of ${part.container}`}`;
}
