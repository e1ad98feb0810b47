/** Backups of a stack: made, thinned out, restored, tried. */
import {
  createBackup,
  forgetBackups,
  previewRestore as preview,
  readKeepOptions,
  restoreStack as restore,
  verifyBackup as verify,
  type RestoreRequest,
  type Selection,
} from '../backup/index.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { appendJsonLine } from '../shared/files.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, RestoreInput, StackInput } from '../types.js';
import { backupSetup, type BackupSetup } from './backup-setup.js';
import type { Dependencies } from './dependencies.js';
import { watched } from './job-notices.js';

const LOG = 'backup.log';

/** One snapshot of what is selected, then old ones go by the policy. */
export async function backUpStack(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['backUpStack']> {
  const stack = await deps.state.stack(name);
  return watched({ stack: name, job: 'backup' }, step, deps, async () => {
    const setup = await backupSetup(stack, step, deps);
    return deps.journal.job({ stack: name, file: LOG, about: `backup of ${name}` }, () =>
      madeAndThinned(stack, setup, step),
    );
  });
}

async function madeAndThinned(stack: StackState, { request, settings }: BackupSetup, step: Step) {
  const { snapshot, bytesAdded, parts, stopped, release } = await createBackup(request, step);
  await noteSnapshot(stack, { snapshot, release });
  const keep = settings.backupKeep === '' ? undefined : readKeepOptions(settings.backupKeep);
  if (typeof keep === 'string')
    throw new StepFailure(FAILURES.configuration, `BIRDKEEPER_BACKUP_KEEP: ${keep}. Snapshot ${snapshot} was made.`);
  if (keep !== undefined) await forgetBackups({ ...request, keep }, step);
  return { snapshot, bytesAdded, paths: [...parts], release, stopped: [...stopped] };
}

/** Before a deployment: what it may not be able to roll back. The snapshot is of the release that runs. */
export async function backUpRelease(
  { stack: name, number }: StackInput & { number: number },
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['backUpRelease']> {
  const stack = await deps.state.stack(name);
  const { request } = await backupSetup(stack, step, deps);
  const { snapshot, bytesAdded, release } = await createBackup(request, step);
  await noteSnapshot(stack, { snapshot, release, number });
  return { snapshot, bytesAdded, release };
}

/** By which a person who goes back finds the data of that release. */
const noteSnapshot = (stack: StackState, note: { snapshot: string; release: number | null; number?: number }) =>
  appendJsonLine(stack.path('snapshots.jsonl'), { ...note, at: new Date().toISOString() });

export async function restoreStack(
  input: RestoreInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['restoreStack']> {
  const stack = await deps.state.stack(input.stack);
  const setup = await backupSetup(stack, step, deps);
  const about = `restore of ${input.stack} from ${wordOf(input)}`;
  return deps.journal.job({ stack: input.stack, file: LOG, about }, async () => {
    const { snapshot, release, restored, aside, saved, stopped, bytes } = await restore(requestOf(input, setup), step);
    return {
      ...{ snapshot, release, saved, bytes },
      restored: [...restored],
      stopped: [...stopped],
      aside: aside.map(({ key, path }) => `${key}: ${path}`),
    };
  });
}

/** What a restore would do. Changes nothing. */
export async function previewRestore(
  input: RestoreInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['previewRestore']> {
  const setup = await backupSetup(await deps.state.stack(input.stack), step, deps);
  const { snapshot, madeAt, release, parts, stops } = await preview(requestOf(input, setup), step);
  return { snapshot, madeAt, release, stops: [...stops], parts: parts.map((part) => ({ ...part })) };
}

/** The newest backup, tried. */
export async function verifyBackup(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['verifyBackup']> {
  const stack = await deps.state.stack(name);
  return watched({ stack: name, job: 'verify' }, step, deps, async () => {
    const { request, settings } = await backupSetup(stack, step, deps);
    const { backupMaxAgeHours: maxAgeHours, backupDataSubset: readDataSubset } = settings;
    const verified = await deps.journal.job(
      { stack: name, file: LOG, about: `verify the newest backup of ${name}`, label: 'verify' },
      () => verify({ ...request, maxAgeHours, ...(readDataSubset === '' ? {} : { readDataSubset }) }, step),
    );
    const { snapshot, madeAt, ageHours, release, untried, restoreSeconds, wholeBytes, wholeSeconds, dumps } = verified;
    return {
      snapshot,
      madeAt,
      ageHours,
      release,
      untried: [...untried],
      restoreSeconds,
      wholeBytes,
      wholeSeconds,
      dumps: dumps.length,
    };
  });
}

function requestOf({ wanted, only, saveFirst = true }: RestoreInput, { request, protectedPaths }: BackupSetup) {
  return { ...request, protectedPaths, saveFirst, wanted: snapshotOf(wanted), selection: selectionOf(only) };
}

const snapshotOf = (wanted: string): RestoreRequest['wanted'] => {
  if (wanted === 'latest') return wanted;
  const [, release] = /^release:(\d+)$/.exec(wanted) ?? [];
  return release === undefined ? { id: wanted } : { release: Number(release) };
};

/** Unless components are named: everything but logs. */
function selectionOf(only: readonly string[] | undefined): Selection {
  return only === undefined || only.length === 0
    ? { application: '*', user: '*' }
    : { application: [...only], user: [...only] };
}

const wordOf = ({ wanted, only = [] }: RestoreInput): string =>
  `${wanted}${only.length === 0 ? '' : ` (${only.join(', ')})`}`;
