/**
 * Rotates the logs beside the platform, and those of nginx: weekly from 500 kB, six kept, dated, compressed. No line is lost,
 * also not of a program that keeps its log open for days.
 */
import { FAILURES, isStepFailure, messageOf, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { rotateDirectory, type DirectoryResult, type LogDirectory, type Outcome } from './directory.js';
import { failureText, failureType, type Failed } from './failure-words.js';
import { runOperatorFile } from './operator-file.js';
import { NGINX_OWNERSHIP, NGINX_RULES, RotationRules, type Ownership, type RotationRulesInput } from './rules.js';

export type { Ownership, RotationRulesInput } from './rules.js';

export interface NginxLogs {
  /** Of its logs, as this process sees it: the mount point of a volume. */
  readonly directory: string;
  /** birdhouse-deploy's unless given: 50 kept, from 20 MB, whatever the day. */
  readonly rules?: RotationRulesInput;
  /** Of new logs; 0640 root root unless given. */
  readonly create?: Ownership;
  /** Sends USR1 to nginx's master process: it opens its logs anew. */
  signalNginx(): Promise<void>;
}

export interface LogRotationRequest {
  /** Every `*.log` in it, none below it. */
  readonly logDir: string;
  /** What is remembered is kept in `log-rotation/` below it. */
  readonly stateDir: string;
  readonly rules?: RotationRulesInput;
  /** A logrotate file: logrotate runs it, and `logDir` is its business then. */
  readonly operatorFile?: string;
  readonly nginx?: NginxLogs;
  /** PATH, for flock, fallocate and logrotate. */
  readonly environment: Readonly<Record<string, string>>;
  readonly now?: () => Date;
}

/** Names only. */
export type LogRotationResult = DirectoryResult;

/**
 * Twice: the second run finds nothing due. Cut short: the next one finishes or takes back what it finds. What cannot be rotated
 * does not stop the rest; the run fails at the end and names each. Throws DiskFull, Busy, Configuration, else ApplyFailed.
 */
export async function rotateLogs(request: LogRotationRequest, step: Step): Promise<LogRotationResult> {
  const common = commonOf(request);
  const failed: Failed[] = [];
  const outcomes: Outcome[] = [];
  const attempt = async (directory: string, act: () => Promise<Outcome | undefined>) => {
    step.signal.throwIfAborted();
    try {
      const outcome = await act();
      if (outcome === undefined) return;
      outcomes.push(outcome);
      failed.push(...outcome.problems.map((problem) => ({ directory, ...problem })));
    } catch (error) {
      step.signal.throwIfAborted();
      failed.push({ directory, error });
    }
  };

  await attempt(request.logDir, () => rotatePlatformLogs(request, common, step));
  const { nginx } = request;
  if (nginx) await attempt(nginx.directory, () => rotateNginxLogs(nginx, common, step));
  const result = joined(outcomes.map((outcome) => outcome.result));
  tellResult(result, step);
  if (failed.length > 0) throw new StepFailure(failureType(failed), failureText(failed));
  return result;
}

type Common = Pick<LogDirectory, 'stateDir' | 'env' | 'now'>;

function commonOf({ stateDir, environment, now }: LogRotationRequest): Common {
  // Messages of fallocate are read.
  return { stateDir, env: { ...environment, LC_ALL: 'C' }, now: now?.() ?? new Date() };
}

async function rotatePlatformLogs(
  { logDir, operatorFile, rules }: LogRotationRequest,
  common: Common,
  step: Step,
): Promise<Outcome | undefined> {
  if (operatorFile === undefined) {
    return rotateDirectory({ ...common, directory: logDir, rules: readRules(rules ?? {}) }, step);
  }
  await runOperatorFile({ operatorFile, stateDir: common.stateDir, env: common.env }, step);
  return undefined;
}

function rotateNginxLogs(nginx: NginxLogs, common: Common, step: Step): Promise<Outcome> {
  const writer = { create: nginx.create ?? NGINX_OWNERSHIP, signal: () => signalNginx(nginx) };
  const rules = readRules({ ...NGINX_RULES, ...nginx.rules });
  return rotateDirectory({ ...common, directory: nginx.directory, rules, writer }, step);
}

async function signalNginx(nginx: NginxLogs): Promise<void> {
  try {
    await nginx.signalNginx();
  } catch (error) {
    throw new StepFailure(
      isStepFailure(error) ? error.type : FAILURES.applyFailed,
      `nginx could not be told to open its logs anew (${messageOf(error)}): it still writes to the renamed file. Nothing is lost; the next run tells it again. Does its container run?`,
    );
  }
}

function readRules(input: RotationRulesInput): RotationRules {
  const rules = RotationRules.safeParse(input);
  if (rules.success) return rules.data;
  const issue = rules.error.issues[0];
  const message = `The rules of the log rotation: ${issue?.path.join('.') ?? ''}: ${issue?.message}. Nothing was rotated.`;
  throw new StepFailure(FAILURES.configuration, message);
}

const joined = (results: readonly DirectoryResult[]): LogRotationResult => ({
  rotated: results.flatMap(({ rotated }) => rotated),
  compressed: results.flatMap(({ compressed }) => compressed),
  removed: results.flatMap(({ removed }) => removed),
  skipped: results.reduce((sum, { skipped }) => sum + skipped, 0),
});

function tellResult({ rotated, compressed, removed }: LogRotationResult, { log }: Step): void {
  for (const { file, to, bytes } of rotated) log.info('Log rotated', { file, to, bytes });
  if (compressed.length > 0) log.info('Rotated logs compressed', { files: compressed });
  if (removed.length > 0) log.info('Old logs removed', { files: removed });
}
