/** What every backup, restore and look at backups of a stack stands on. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { localRepository, readResticAccess, type BackupEngine, type CreateBackupRequest } from '../backup/index.js';
import { createBackupEngine } from '../docker/backup-engine.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Configuration } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import { declaredBackups } from './backup-declarations.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration } from './open.js';
import { hiddenHere, requireSeen, seeing, type Hidden } from './seen.js';
import { mountPointOf } from './volumes.js';

export interface BackupSetup {
  readonly request: CreateBackupRequest;
  readonly settings: Configuration['settings'];
  /** Never written by a restore. */
  readonly protectedPaths: readonly string[];
}

/** Throws Configuration when no repository or no password is set, or a declaration is malformed. */
export async function backupSetup(stack: StackState, step: Step, deps: Dependencies): Promise<BackupSetup> {
  const view = await openConfiguration(stack, deps, step.signal);
  const { settings, directory, variables } = view;
  const envFile = await realpath(stack.stack.envFile ?? join(directory, 'env.local')).catch(() => undefined);
  const hidden = await hiddenHere(deps, step);
  const access = await accessOf(settings, hidden, step, deps);
  // One that is made here would go with the container.
  requireSeen([localRepository(access.repository), access.passwordFile], hidden);
  const { declarations, selection, warnings } = await declaredBackups(view, envFile);
  for (const warning of warnings) step.log.warn(warning);
  const release = await stack.latestRelease();
  return {
    settings,
    request: {
      ...access,
      ...{ declarations, selection, variables },
      stack: stack.name,
      host: deps.host,
      release: release?.number ?? null,
      stackDirectory: directory,
      directory: backupDirectory(stack),
      engine: seeing(engineOf(stack, deps), hidden),
      hidden,
      mountPointOf: (volume) => mountPointOf(volume, stack.name, deps, step),
    },
    protectedPaths: [
      ...(envFile === undefined ? [] : [envFile]),
      join(directory, 'env.local'),
      await deps.logDirectory(settings.logDir),
      deps.state.root,
    ],
  };
}

export const backupDirectory = (stack: StackState): string => stack.path('backup');

export const engineOf = (stack: StackState, { environment }: Dependencies): BackupEngine => {
  const dockerHost = environment['DOCKER_HOST'];
  return createBackupEngine({ project: stack.name, ...(dockerHost === undefined ? {} : { dockerHost }) });
};

/** Our own settings decide; else birdhouse-deploy's file, when it is there. */
async function accessOf(settings: Configuration['settings'], hidden: Hidden, step: Step, deps: Dependencies) {
  const cacheDir = deps.state.path('restic-cache');
  const { backupRepository: repository, backupPasswordFile: passwordFile, backupEnvFile: file } = settings;
  if (repository === undefined && file !== undefined) {
    requireSeen([file], hidden);
    if (existsSync(file)) {
      const { access, warnings } = await readResticAccess({ file, environment: deps.environment, cacheDir, hidden });
      for (const warning of warnings) step.log.warn(warning);
      return access;
    }
  }
  if (repository === undefined) throw missing('BIRDKEEPER_BACKUP_REPOSITORY');
  if (passwordFile === undefined) throw missing('BIRDKEEPER_BACKUP_PASSWORD_FILE');
  return { repository, passwordFile, cacheDir, environment: deps.environment };
}

const missing = (setting: string): StepFailure =>
  new StepFailure(FAILURES.configuration, `Nothing was done: ${setting} is not set. Set it in env.local.`);
