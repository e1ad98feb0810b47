/** What of a stack is to be backed up: its components, the setting, and the platform's own logs and env.local. */
import { join } from 'node:path';
import {
  BackupSchema,
  declarationOf,
  declarationOfEntries,
  planBackup,
  readBackupFile,
  readCreateArguments,
  type Declaration,
  type Selection,
} from '../backup/index.js';
import { readManifests, type Component } from '../components/read.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readIfThere } from '../shared/files.js';
import type { Configuration } from '../stack/view.js';
import type { StackState } from '../state/index.js';

/** File of a component of birdhouse-deploy, since 2.16.0. */
const SHELL_FILE = 'backup';
/** What stands for a component where the platform's own files are chosen. */
const PLATFORM = 'platform';

export interface Declared {
  readonly declarations: readonly Declaration[];
  readonly selection: Selection;
  /** What is left out, a sentence each. */
  readonly warnings: readonly string[];
}

type Source = Pick<Configuration, 'components' | 'directory' | 'settings' | 'locate'>;

/** Throws Configuration with everything that is wrong. `envFile`: real path of env.local, if there is one. */
export async function declaredBackups(view: Source, envFile: string | undefined): Promise<Declared> {
  const { settings, directory } = view;
  const wanted = readCreateArguments(settings.backupArguments);
  const entries = declarationOfEntries(settings.backupPaths, directory);
  const components = await readManifests(view.components, (path) => view.locate(path));
  const read = await Promise.all(components.map(declarationIn));
  const wrong = [
    ...wanted.problems.map((problem) => `BIRDKEEPER_BACKUP_ARGS: ${problem}`),
    ...(Array.isArray(entries) ? entries.map((problem) => `BIRDKEEPER_BACKUP_PATHS: ${problem}`) : []),
    ...read.flatMap(({ wrong: mistakes = [] }) => mistakes),
  ];
  if (wrong.length > 0 || Array.isArray(entries))
    throw new StepFailure(FAILURES.configuration, `Nothing was backed up. ${wrong.join('; ')}.`);
  const platform: Declaration = {
    component: PLATFORM,
    ...(wanted.localEnvironment && envFile !== undefined ? { application: [{ kind: 'path', path: envFile }] } : {}),
    ...(wanted.platformLogs ? { logs: [{ kind: 'path', path: settings.logDir }] } : {}),
  };
  return {
    declarations: [
      ...read.flatMap(({ declaration }) => declaration ?? []),
      ...(settings.backupPaths.length > 0 ? [entries] : []),
      platform,
    ],
    selection: withPlatform(wanted.selection, wanted.platformLogs, wanted.localEnvironment),
    warnings: read.flatMap(({ warnings = [] }) => warnings),
  };
}

interface Read {
  declaration?: Declaration;
  wrong?: string[];
  warnings?: readonly string[];
}

/** Whether a backup of what is selected stops anything. What is malformed is told by the backup itself. */
export async function backupStops(view: Source, { stack }: StackState): Promise<boolean> {
  if (view.settings.backupFrequency === '') return false;
  const envFile = stack.envFile ?? join(view.directory, 'env.local');
  const declared = await declaredBackups(view, envFile).catch(() => undefined);
  if (declared === undefined) return false;
  const { parts = [] } = planBackup({ ...declared, variables: {} });
  return parts.some(({ part }) => (part.stop ?? []).length > 0);
}

/** `component.yml` counts; a component of birdhouse-deploy without it says it in shell, which is read and never run. */
async function declarationIn({ dir, name, manifest }: Component): Promise<Read> {
  if (manifest.backup !== undefined) {
    const parsed = BackupSchema.safeParse(manifest.backup);
    if (parsed.success) return { declaration: declarationOf(name, parsed.data) };
    const said = parsed.error.issues.map(
      ({ path, message }) => `${['backup', ...path].map(String).join('.')}: ${message}`,
    );
    return { wrong: said.map((sentence) => `${join(dir, 'component.yml')}: ${sentence}`) };
  }
  const text = await readIfThere(join(dir, SHELL_FILE)).catch(() => undefined);
  if (text === undefined) return {};
  const { declaration, problems } = readBackupFile(name, text);
  return { declaration, warnings: problems.map((problem) => `${problem}; declare it in component.yml`) };
}

/** What is asked for by an option of its own is a selection too. */
function withPlatform(selection: Selection, logs: boolean, localEnvironment: boolean): Selection {
  const added = (names: Selection['logs'], is: boolean) =>
    is && names !== '*' ? { chosen: [...(names ?? []), PLATFORM] } : { chosen: names };
  const [application, kept] = [
    added(selection.application, localEnvironment).chosen,
    added(selection.logs, logs).chosen,
  ];
  return {
    ...selection,
    ...(application === undefined ? {} : { application }),
    ...(kept === undefined ? {} : { logs: kept }),
  };
}
