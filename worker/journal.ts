/** The log files beside the platform, one set per log directory; see `deployment-log.ts` for their form. */
import type { Journal } from '../activities/deployment/journal.js';
import { messageOf } from '../activities/shared/failures.js';
import { redactUrls, type Redact } from '../activities/shared/redact.js';
import { jobLogFile } from '../workflows/contract.js';
import type { StepLog } from '../activities/shared/step.js';
import { createRunLog, type RunLog } from './deployment-log.js';
import type { LogFile } from './deployment-log-text.js';
import type { LogFormat } from './host-settings.js';
import type { Logger } from './logger.js';

/** What was read of a stack: what to take out of its messages, and where its logs go. */
export interface Remembered {
  redact: Redact;
  logDir: string;
}

export interface JournalOptions {
  format: LogFormat;
  logger: Logger;
  /** Where lines of a stack go that was never read. */
  fallbackDir: string;
  remembered(stack: string): Remembered | undefined;
}

const FILE_OF: Readonly<Record<string, LogFile>> = {
  deployNotebooks: 'notebookdeploy.log',
  rollbackNotebooks: 'notebookdeploy.log',
  backUpStack: 'backup.log',
  rotateLogs: 'logrotate.log',
  restoreStack: 'backup.log',
  previewRestore: 'backup.log',
  verifyBackup: 'backup.log',
  lookAtWeaver: 'weaver.log',
  registerProvider: 'weaver.log',
  findSilentProviders: 'weaver.log',
  unregisterProvider: 'weaver.log',
  checkWeaverWorker: 'weaver.log',
  restartWeaver: 'weaver.log',
  listWeaverProcesses: 'weaver.log',
  concludeWeaver: 'weaver.log',
  verifyCowbird: 'cowbird.log',
  resyncCowbird: 'cowbird.log',
};
/** Activities that are told the name of a job. */
const JOBS: readonly string[] = ['runContainerJob', 'deployData'];
const fileOf = (activity: string, job: string | undefined): LogFile =>
  job !== undefined && JOBS.includes(activity) ? jobLogFile(job) : (FILE_OF[activity] ?? 'autodeploy.log');

/** Phase of the story to which each activity belongs: the word in its log lines. */
const PHASE_OF: Readonly<Record<string, string>> = {
  beginDeployment: 'begin',
  verifyCommits: 'verify',
  recallRelease: 'inspect',
  stageRelease: 'stage',
  validateRelease: 'validate',
  pullImages: 'pull',
  awaitIdle: 'approve',
  advanceCheckouts: 'advance',
  runHook: 'apply',
  applyServices: 'apply',
  settleServices: 'settle',
  handOver: 'hand over',
  reverseCheckouts: 'roll back',
  concludeDeployment: 'record',
  sendNotices: 'record',
  reconcileSchedules: 'record',
  deployNotebooks: 'deploy',
  rollbackNotebooks: 'roll back',
  backUpStack: 'back up',
  runContainerJob: 'run',
  restoreStack: 'restore',
  previewRestore: 'restore',
  verifyBackup: 'verify',
  backUpRelease: 'back up',
  deployData: 'deploy',
  rotateLogs: 'rotate',
  lookAtWeaver: 'follow up',
  registerProvider: 'follow up',
  findSilentProviders: 'follow up',
  unregisterProvider: 'follow up',
  checkWeaverWorker: 'follow up',
  restartWeaver: 'follow up',
  listWeaverProcesses: 'follow up',
  concludeWeaver: 'follow up',
  verifyCowbird: 'follow up',
  resyncCowbird: 'follow up',
};

/** Two activities serve two phases each; their input tells which. */
function phaseOf(activity: string, { direction, fetch }: { direction?: string; fetch?: boolean }): string {
  if (direction === 'back') return 'roll back';
  if (activity === 'observeStack') return fetch === false ? 'inspect' : 'fetch';
  return PHASE_OF[activity] ?? activity;
}

export class LogFiles implements Journal {
  private readonly logs = new Map<string, RunLog>();

  constructor(private readonly options: JournalOptions) {}

  openDeployment(entry: Parameters<Journal['openDeployment']>[0]): string {
    const { stack, number, startedAt, about } = entry;
    this.say(stack, number, 'begin', about);
    const opened = this.log(stack, 'autodeploy.log').openFrame({
      stack,
      run: number,
      startedAt: new Date(startedAt),
      about,
    });
    return opened.startedAt.toISOString();
  }

  closeDeployment({ stack, number, startedAt, about }: Parameters<Journal['closeDeployment']>[0]): void {
    this.say(stack, number, 'end', about);
    this.log(stack, 'autodeploy.log').closeFrame({ stack, run: number, startedAt: new Date(startedAt), about });
  }

  look({ stack, message }: Parameters<Journal['look']>[0]): void {
    this.log(stack, 'autodeploy.log').remark(stack, message);
  }

  async job<T>(
    { stack, file, about, label, startedAt = new Date(), goesOn = () => false }: Parameters<Journal['job']>[0],
    work: () => Promise<T>,
    said: (result: T) => string = () => `done: ${about}`,
  ): Promise<T> {
    const run = { stack, run: startedAt.toISOString(), startedAt, ...(label === undefined ? {} : { label }) };
    const log = this.log(stack, file);
    log.openFrame({ ...run, about });
    try {
      const result = await work();
      log.closeFrame({ ...run, about: said(result) });
      return result;
    } catch (error) {
      if (!goesOn(error)) log.closeFrame({ ...run, about: `failed: ${messageOf(error)}` });
      throw error;
    }
  }

  /** Log of one activity: what it says goes to the file of its run and to the terminal, what commands print to the file alone. */
  forActivity(
    activity: string,
    input: { stack: string; number?: number; direction?: string; fetch?: boolean; name?: string },
  ): StepLog {
    const { stack, number } = input;
    const phase = phaseOf(activity, input);
    const run = { stack, run: number ?? '-' };
    const write = (message: string, level: 'info' | 'warn' | 'output') =>
      this.log(stack, fileOf(activity, input.name)).line(run, phase, message, level);
    const told = (message: string, fields?: Record<string, unknown>) =>
      fields ? `${message} ${JSON.stringify(fields)}` : message;
    return {
      output: (line) => write(line, 'output'),
      info: (message, fields) => {
        write(told(message, fields), 'info');
        this.say(stack, number, phase, message, fields);
      },
      warn: (message, fields) => {
        write(told(message, fields), 'warn');
        this.options.logger.warn(this.redact(stack)(message), { stack, deployment: number, phase, ...fields });
      },
    };
  }

  private say(
    stack: string,
    deployment: number | undefined,
    phase: string,
    message: string,
    fields?: Record<string, unknown>,
  ): void {
    this.options.logger.info(this.redact(stack)(message), { stack, deployment, phase, ...fields });
  }

  private redact(stack: string): Redact {
    return this.options.remembered(stack)?.redact ?? redactUrls;
  }

  private log(stack: string, file: LogFile): RunLog {
    const directory = this.options.remembered(stack)?.logDir ?? this.options.fallbackDir;
    const key = `${stack}\0${directory}\0${file}`;
    const known = this.logs.get(key);
    if (known) return known;
    const { format, logger } = this.options;
    const log = createRunLog({
      directory,
      file,
      format,
      redact: (text) => this.redact(stack)(text),
      onProblem: (problem) => logger.warn(problem, { stack }),
    });
    this.logs.set(key, log);
    return log;
  }
}
