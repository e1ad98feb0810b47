/** Is there what jobs work on, and is it the host's? A worker in a container sees of the host what is mounted. */
import { existsSync } from 'node:fs';
import { access, constants, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { locate } from '../../activities/backup/locate.js';
import { planBackup } from '../../activities/backup/plan.js';
import { localRepository } from '../../activities/backup/restic.js';
import { readResticAccess } from '../../activities/backup/restic-env.js';
import { parseDataJob } from '../../activities/data/job.js';
import { declaredBackups } from '../../activities/deployment/backup-declarations.js';
import { hiddenFrom, type Hidden } from '../../activities/deployment/seen.js';
import { mountPointOf } from '../../activities/deployment/volumes.js';
import { createBackupEngine } from '../../activities/docker/backup-engine.js';
import { dataJobOf } from '../../activities/jobs/data-job.js';
import type { Job } from '../../activities/jobs/model.js';
import { misdirections } from '../../activities/jobs/redirections.js';
import { isStepFailure, messageOf } from '../../activities/shared/failures.js';
import type { StackView } from '../../activities/stack/view.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';
import { sortedJobs } from './jobs.js';

const WHAT = 'places of jobs';
const MOUNT = 'What is mounted and why is told in the README of components/scheduler; a deployment mounts what is new.';

export const jobPlaces: Check<DoctorContext> = {
  name: WHAT,
  limitMs: 45_000,
  async run(context, signal) {
    const view = await context.readableView();
    const own = await context.engine.ownContainer({ signal }).catch(() => undefined);
    const hidden = hiddenFrom(own);
    const wrong = [
      ...(await ofSettings(view, hidden, context, signal)),
      ...(await ofBackups(view, own === undefined ? {} : { hidden }, context, signal)),
      ...(await ofJobs(view, hidden, context, signal)),
    ];
    const seen = own === undefined ? 'there' : `seen from ${own.name}`;
    return wrong.length > 0 ? wrong : [ok(WHAT, `what is known of them is ${seen}`)];
  },
};

async function ofSettings(
  view: StackView,
  hidden: Hidden,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { notebookDir, notebookFrequency, notebookList, logrotateFrequency, nginxLogs } = view.settings;
  const volume = /^volume:(.*)$/s.exec(nginxLogs ?? '')?.[1];
  const nginx = volume === undefined ? nginxLogs : await mountPointOf(volume, view.name, context, { signal });
  const places: [setting: string, path: string | undefined][] = [
    ...(notebookFrequency === ''
      ? []
      : ([
          ['BIRDKEEPER_NOTEBOOK_DIR', notebookDir && dirname(notebookDir)],
          ['BIRDKEEPER_NOTEBOOK_LIST', notebookList],
        ] satisfies typeof places)),
    ...(logrotateFrequency === '' ? [] : ([['BIRDKEEPER_NGINX_LOGS', nginx]] satisfies typeof places)),
  ];
  const found = await Promise.all(places.map(([setting, path]) => judgePlace(setting, path, hidden)));
  return found.flat();
}

/** One that is hidden is none of ours, also where the container has a directory of that name. */
export async function judgePlace(setting: string, path: string | undefined, hidden: Hidden): Promise<Finding[]> {
  if (path === undefined) return [];
  const why = hidden(path);
  if (why !== undefined) return [fail(WHAT, `${setting}: ${why}`, MOUNT)];
  try {
    await access(path, constants.R_OK);
    return [];
  } catch (error) {
    return [fail(WHAT, `${setting}: ${path} cannot be read (${messageOf(error)})`, `Correct ${setting}, or make it.`)];
  }
}

/** What a backup would say. A stack that was never started has no volumes yet, so that only what is hidden fails. */
async function ofBackups(
  view: StackView,
  sight: { hidden?: Hidden },
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { backupFrequency, backupRepository, backupBefore } = view.settings;
  if (backupFrequency === '' && backupRepository === undefined && backupBefore === 'never') return [];
  const { dockerHost } = context.host;
  const places = {
    stackDirectory: view.directory,
    engine: createBackupEngine({ project: view.name, ...(dockerHost === undefined ? {} : { dockerHost }) }),
    mountPointOf: (volume: string) => mountPointOf(volume, view.name, context, { signal }),
    ...sight,
  };
  const look = async (missing: 'fail' | 'leave out') => {
    const envFile = await realpath(context.options.envFile ?? join(view.directory, 'env.local')).catch(() => undefined);
    const { declarations, selection } = await declaredBackups(view, envFile);
    const { parts, problems } = planBackup({ declarations, selection, variables: view.variables });
    if (problems === undefined) await locate(parts, places, { missing, signal });
    return problems?.join('; ');
  };
  const hiddenParts = await look('leave out').catch(told);
  const absent = hiddenParts === undefined ? await look('fail').catch(told) : undefined;
  return [
    ...(await ofRepository(view.settings, sight, context)),
    ...(hiddenParts === undefined ? [] : [fail(WHAT, `no backup can be made: ${hiddenParts}`, MOUNT)]),
    ...(absent === undefined ? [] : [warn(WHAT, `no backup can be made now: ${absent}`, 'Start the stack once.')]),
  ];
}

/** What a failure says, without what it ended. */
const told = (error: unknown): string => {
  if (!isStepFailure(error)) throw error;
  return error.message.replace(/^Nothing was backed up[:.] /, '');
};

/** One that is not made yet is made by the first backup. */
async function ofRepository(
  { backupRepository, backupEnvFile: file }: StackView['settings'],
  sight: { hidden?: Hidden },
  { host }: DoctorContext,
): Promise<Finding[]> {
  if (backupRepository === undefined && file !== undefined) {
    const request = { file, environment: host.childEnvironment, cacheDir: '', ...sight };
    const read = await readResticAccess(request).catch(told);
    return typeof read === 'string' ? [fail(WHAT, read, MOUNT)] : judgeRepository(read.access.repository, file, sight);
  }
  return judgeRepository(backupRepository ?? '', 'BIRDKEEPER_BACKUP_REPOSITORY', sight);
}

function judgeRepository(repository: string, from: string, { hidden }: { hidden?: Hidden }): Finding[] {
  const directory = localRepository(repository);
  const why = directory && hidden?.(directory);
  return why === undefined ? [] : [fail(WHAT, `repository of ${from}: ${why}`, MOUNT)];
}

async function ofJobs(
  view: StackView,
  hidden: Hidden,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { data, inContainers } = await sortedJobs(context, signal);
  const stateDir = context.options.stateDirectory;
  const ofData = await Promise.all(data.map((job) => dataPlaces(job, view.variables, stateDir)));
  return [
    ...ofData.flat().flatMap(([name, path]) => {
      const why = hidden(path);
      return why === undefined ? [] : [fail(WHAT, `job ${name}: ${why}`, MOUNT)];
    }),
    ...inContainers.flatMap((job) => judgeRedirections(job, view.variables, hidden)),
  ];
}

type Variables = Readonly<Record<string, string>>;

/** A file that cannot be read, or not be understood, is told by the job. */
async function dataPlaces(job: Job, variables: Variables, stateDir: string): Promise<[name: string, path: string][]> {
  const data = dataJobOf(job, variables);
  if (data === undefined) return [];
  const { configFile: file, environment } = data;
  const bytes = await readFile(file).catch(() => Buffer.from(''));
  const entries = parseDataJob({ bytes, file, environment, stateDir }).job?.entries ?? [];
  const destinations = entries.flatMap(({ maps }) => maps.map(({ destination }) => destination));
  return [...new Set([file, ...destinations])].map((path) => [job.name, path]);
}

/** Redirections act beside the worker: into a directory that is not there the job never starts. */
export function judgeRedirections(
  { name, steps }: Pick<Job, 'name' | 'steps'>,
  variables: Variables,
  hidden: Hidden,
  isThere: (directory: string) => boolean = existsSync,
): Finding[] {
  return steps
    .flatMap((step) => misdirections(step, isThere))
    .flatMap(({ shown, directory, hostTarget }) => {
      const target = hostTarget === undefined ? directory : dirname(expanded(hostTarget, variables));
      if (!target.startsWith('/') || isThere(target)) return [];
      const why = hidden(target) ?? `there is no ${target}`;
      return [warn(WHAT, `job ${name} cannot write its "${shown}": ${why}`, MOUNT)];
    });
}

const expanded = (word: string, variables: Variables): string =>
  word
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (_, plain?: string, braced?: string) => variables[plain ?? braced ?? ''] ?? '')
    .replaceAll(/["']/g, '');
