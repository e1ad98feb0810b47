/**
 * Files out of git repositories to their places, and what is to be done afterwards: the story of upstream's script
 * `deploy-data`, whose YAML file it reads (see schema.ts). What fails does not hide: the run goes on, as upstream's does, and
 * fails at its end with all that failed.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { createRedactor, redactUrls } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { EntryRun } from './entry.js';
import { failureOf, secretsOf } from './failure.js';
import type { DataGit } from './git.js';
import { parseDataJob, type DataJob } from './job.js';
import { dataDirectory } from './record.js';

export { dataLogFile } from './settings.js';
export type { DataGit, DataSource, Refreshed } from './git.js';

export interface DataRequest {
  /** Its name: what was done is remembered under it. */
  readonly job: string;
  /** Path of the YAML file. */
  readonly configFile: string;
  /** PATH, DEPLOY_DATA_*, and whatever else the post actions are to have. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the worker; a directory `data` below it is ours. */
  readonly stateDir: string;
  readonly git: DataGit;
  /** Why this process does not see that path of the host, a clause; undefined where it does. Absent: all is seen. */
  readonly hidden?: (path: string) => string | undefined;
  /** Limit of one post action; 6 hours when not given. */
  readonly actionLimitSeconds?: number;
  /** Limit of one rsync; 6 hours when not given. */
  readonly syncLimitSeconds?: number;
}

export interface DataResult {
  readonly entries: readonly {
    readonly checkout: string;
    readonly commit: string;
    /** Commit of the last run in which nothing of the entry failed; null on the first. */
    readonly previous: string | null;
    readonly changedFiles: number;
    /** How many directories were copied, and how many actions run. */
    readonly maps: number;
    readonly actions: number;
  }[];
}

export type EntryResult = DataResult['entries'][number];

/**
 * Twice: the second run copies nothing and runs the actions again, as every run does. Cut short anywhere: the next run copies
 * the rest, and actions hear of the same changes again until a run of the entry succeeded. Throws Configuration with every
 * mistake of the file, before anything is done; what `DataGit.refresh` throws, at once and with the data as they are;
 * ApplyFailed (DiskFull) naming each rsync and action that failed, after all entries.
 */
export async function deployData(request: DataRequest, step: Step): Promise<DataResult> {
  const job = await readJob(request, step);
  await mkdir(dataDirectory(request.stateDir), { recursive: true, mode: 0o700 });
  const redact = createRedactor({ ...request.environment, ...secretsOf(job.entries.map(({ url }) => url)) });
  const failures: string[] = [];
  const entries: EntryResult[] = [];
  for (const entry of job.entries) {
    step.signal.throwIfAborted();
    const done = await new EntryRun(entry, job, request, step, redact).deploy(failures);
    entries.push(done);
  }
  if (failures.length > 0) throw failureOf(failures);
  return { entries };
}

async function readJob({ configFile, environment, stateDir, hidden }: DataRequest, step: Step): Promise<DataJob> {
  refuseHidden([configFile], hidden);
  const bytes = await readFile(configFile).catch((error: unknown) => {
    const message = `The file of the data job cannot be read: ${messageOf(error)}. Correct its path.`;
    throw new StepFailure(FAILURES.configuration, message);
  });
  const { job, problems } = parseDataJob({ bytes, file: configFile, environment, stateDir });
  if (job === undefined) throw new StepFailure(FAILURES.configuration, redactUrls(problems.join('\n')));
  refuseHidden(
    job.entries.flatMap(({ maps }) => maps.map(({ destination }) => destination)),
    hidden,
  );
  for (const warning of job.warnings) step.log.warn(warning);
  const { uid, gid } = userInfo();
  const { owner } = job;
  if (owner !== undefined && uid !== 0 && (owner.uid !== uid || owner.gid !== gid)) {
    const message = `DEPLOY_DATA_RSYNC_USER_GRP is ${owner.uid}:${owner.gid}, but the worker is ${uid}:${gid} and only root becomes somebody else. Run the worker as root, or leave the variable out.`;
    throw new StepFailure(FAILURES.configuration, message);
  }
  return uid === 0 ? job : { ...job, owner: undefined };
}

/** A clone can be made again: it may lie where it is lost. */
function refuseHidden(paths: readonly string[], hidden: DataRequest['hidden']): void {
  const why = [...new Set(paths)].flatMap((path) => hidden?.(path) ?? []);
  if (why.length > 0) throw new StepFailure(FAILURES.configuration, `Nothing was done: ${why.join('; ')}.`);
}
