/** Backups of a stack: made, thinned out, restored, tried. */
import {
  createBackup,
  forgetBackups,
  previewRestore as preview,
  readKeepOptions,
  restoreStack as restore,
  verifyBackup as verify,
  type PreviewedPart,
  type RestoreRequest,
  type Selection,
} from '../backup/index.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, RestoreInput, RestorePreview, StackInput } from '../types.js';
import { backupSetup, type BackupSetup } from './backup-setup.js';
import { backupTurns } from './backup-turns.js';
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
    const about = `backup of ${name}`;
    const phaseOf = async () => deps.deploymentPhase?.(name);
    return backupTurns.read(stack.path(), step, phaseOf, () =>
      deps.journal.job({ stack: name, file: LOG, about }, () => madeAndThinned(stack, setup, step)),
    );
  });
}

async function madeAndThinned(stack: StackState, { request, settings }: BackupSetup, step: Step) {
  const { snapshot, bytesAdded, parts, stopped, release } = await createBackup(request, step);
  await stack.recordSnapshot({ snapshot, release, at: new Date().toISOString() });
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
  await stack.recordSnapshot({ snapshot, release, number, at: new Date().toISOString() });
  return { snapshot, bytesAdded, release };
}

export async function restoreStack(
  input: RestoreInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['restoreStack']> {
  const stack = await deps.state.stack(input.stack);
  const setup = await backupSetup(stack, step, deps);
  const about = `restore of ${input.stack} from ${wordOf(input)}`;
  return deps.journal.job({ stack: input.stack, file: LOG, about }, async () => {
    const { snapshot, release, restored, aside, saved, stopped, bytes } = await backupTurns.write(
      stack.path(),
      step,
      () => restore(requestOf(input, setup), step),
    );
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
  return { snapshot, madeAt, release, stops: [...stops], parts: parts.map((part) => previewed(part, step)) };
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

/** All names are in the log; a history gets the first of them. */
const NAMES = 20;

function previewed({ key, what, changes }: PreviewedPart, step: Step): RestorePreview['parts'][number] {
  if (changes === undefined) return { key, what };
  const { overwritten, added, removed } = changes;
  const names = [
    ...overwritten.map((name) => `overwrites ${name}`),
    ...added.map((name) => `adds ${name}`),
    ...removed.map((name) => `removes ${name}`),
  ];
  for (const name of names) step.log.output(`${key}: ${name}`);
  return {
    key,
    what,
    changes: { write: overwritten.length + added.length, remove: removed.length, names: names.slice(0, NAMES) },
  };
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
