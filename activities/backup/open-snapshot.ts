/** The snapshot that is meant, and what it holds of what is wanted. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { chooseSnapshot, type WantedSnapshot } from './choose.js';
import { manifestPathIn, readManifest, type Manifest, type ManifestPart } from './manifest.js';
import type { Repository } from './repository.js';
import type { Snapshot } from './restic-commands.js';
import { chooseParts } from './restore-plan.js';
import { DATA_KINDS, type Selection } from './types.js';

export interface WantedParts {
  readonly wanted: WantedSnapshot;
  /** `{ application: '*', user: '*' }` for all but logs. */
  readonly selection: Selection;
}

export interface OpenedSnapshot {
  /** Short id. */
  readonly snapshot: string;
  readonly manifest: Manifest;
  readonly parts: readonly ManifestPart[];
}

/** Throws NotFound when there is no such snapshot, or it does not hold what is wanted. */
export async function openSnapshot(wishes: WantedParts, repository: Repository): Promise<OpenedSnapshot> {
  await repository.open();
  const kinds = DATA_KINDS.filter((kind) => (wishes.selection[kind] ?? []).length > 0);
  const chosen = chooseSnapshot(await repository.snapshots(), wishes.wanted, kinds);
  if (typeof chosen === 'string') throw new StepFailure(FAILURES.notFound, `Nothing was restored: ${chosen}.`);
  const manifest = await manifestOf(chosen, repository);
  const { parts, problems } = chooseParts(manifest, wishes.selection);
  if (problems.length === 0) return { snapshot: chosen.short_id, manifest, parts };
  throw new StepFailure(
    FAILURES.notFound,
    `Nothing was restored of snapshot ${chosen.short_id}: ${problems.join('; ')}. Choose another snapshot or selection.`,
  );
}

/** Throws ApplyFailed when it has none that can be read. */
export async function manifestOf(snapshot: Snapshot, repository: Repository): Promise<Manifest> {
  const path = manifestPathIn(snapshot.paths);
  const text = path === undefined ? '' : await repository.readFile(snapshot.id, path);
  return readManifest(text, snapshot.short_id);
}
