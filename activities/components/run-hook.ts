/**
 * Runs one hook of a component. At least once: a worker that is killed in the middle leaves the hook running, and the next
 * one waits for it and runs it again.
 */
import type { HookResult } from '../../workflows/model.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { guarded, LIMIT_STATUS, LOCK_BUSY_STATUS } from '../shared/guarded.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import type { ComponentHook } from './hooks.js';

export interface RunHookOptions {
  /** The live view. */
  view: Pick<StackView, 'directory' | 'variables'>;
  /** Lock of the stack. */
  lock: string;
  step: Step;
  redact: Redact;
}

export interface HookRun extends Pick<HookResult, 'status' | 'seconds'> {
  /** The last lines of both streams, redacted. */
  tail: string;
}

/** Between the polite and the other end of a hook that passed its limit. */
const KILL_AFTER_SECONDS = 5;
/** The guard is for the case that the script below is killed alone. */
const GUARD_EXTRA_SECONDS = KILL_AFTER_SECONDS + 10;
/** Longest command of ours that may hold the lock, and some. */
const LEAST_LOCK_WAIT_SECONDS = 660;
const TAIL_LINES = 15;
const TAIL_LINE_CHARACTERS = 500;
/** What a shell makes of SIGKILL. */
const KILLED_STATUS = 137;

/**
 * Arguments: seconds until SIGKILL, limit, the command of the hook. This `timeout` leads a group of its own, so that the limit ends all that
 * the hook started, also when nobody of us lives any more; what ends us is passed on to it. Input is empty, as it is of
 * anything in the background.
 */
const SUPERVISE = String.raw`
_bk_after=$1 _bk_limit=$2
shift 2
timeout --kill-after="$_bk_after" "$_bk_limit" "$@" &
_bk_hook=$!
trap 'kill -TERM "$_bk_hook" 2>/dev/null' TERM INT HUP
wait "$_bk_hook"
_bk_status=$?
while kill -0 "$_bk_hook" 2>/dev/null; do
  wait "$_bk_hook"
  _bk_status=$?
done
exit "$_bk_status"
`;

/**
 * In the stack directory, with the exported variables of the stack, as upstream runs it. Status null: it did not end
 * within its limit and was ended, or could not be started. Throws `Busy` when the lock stays taken, and the reason of the
 * signal when the step is cancelled; whatever the hook itself does is a result.
 */
export async function runHook(hook: ComponentHook, options: RunHookOptions): Promise<HookRun> {
  const { step } = options;
  const waitSeconds = Math.max(LEAST_LOCK_WAIT_SECONDS, hook.timeoutSeconds + GUARD_EXTRA_SECONDS + 30);
  await waitForLock(hook, waitSeconds, options);
  step.log.info(`Running ${describeHook(hook)}`, { timeoutSeconds: hook.timeoutSeconds });
  step.heartbeat({ hook: hook.step ?? `${hook.component} ${hook.hook}` });
  const last = lastLines(options.redact);
  const started = Date.now();
  const ended = await run(hook, waitSeconds, options, (line) => {
    last.add(line);
    step.log.output(line);
  });
  const seconds = (Date.now() - started) / 1000;
  if (ended.status === LOCK_BUSY_STATUS && seconds >= waitSeconds) throw isBusy(hook, waitSeconds);
  if (ended.problem !== undefined) last.add(ended.problem);
  return {
    status: wasEnded(ended.status, seconds, hook) ? null : ended.status,
    seconds: Math.round(seconds * 10) / 10,
    tail: last.text(),
  };
}

/** The end of a hook in a sentence, with what it said last. */
export function describeHookEnd(hook: ComponentHook, { status, seconds, tail }: HookRun): string {
  const said = tail === '' ? '' : ` It said last:\n${tail}`;
  const how = status === null ? `did not end by itself within ${hook.timeoutSeconds} s` : `ended with status ${status}`;
  return `${describeHook(hook)} ${how} (after ${seconds} s).${said}`;
}

const describeHook = ({
  component,
  hook,
  step,
  file,
}: Pick<ComponentHook, 'component' | 'hook' | 'step' | 'file'>): string =>
  step === undefined ? `the ${hook} hook of ${component} (${file})` : `"${step}"`;

/** 124 and 137 are also what a hook may say itself, but then before its time is over. */
const wasEnded = (status: number | null, seconds: number, hook: ComponentHook): boolean =>
  (status === LIMIT_STATUS || status === KILLED_STATUS) && seconds >= hook.timeoutSeconds;

/** The hook behind lock and limit; both survive us. */
export function hookCommand(
  hook: Pick<ComponentHook, 'component' | 'hook' | 'step' | 'file' | 'timeoutSeconds' | 'command'>,
  lock: string,
  waitSeconds: number,
): Command {
  const limits = [KILL_AFTER_SECONDS, hook.timeoutSeconds].map(String);
  const words = hook.command ?? ['/bin/sh', hook.file];
  const args = ['-c', SUPERVISE, 'birdkeeper', ...limits, ...words];
  const command = { file: '/bin/sh', args, shownAs: describeHook(hook) };
  return guarded(command, { lock, waitSeconds, limitSeconds: Math.ceil(hook.timeoutSeconds) + GUARD_EXTRA_SECONDS });
}

async function run(
  hook: ComponentHook,
  waitSeconds: number,
  { view, lock, step }: RunHookOptions,
  onLine: (line: string) => void,
): Promise<{ status: number | null; problem?: string }> {
  try {
    const { status } = await runCommand(hookCommand(hook, lock, waitSeconds), {
      cwd: view.directory,
      env: { ...view.variables },
      signal: step.signal,
      timeoutMs: (waitSeconds + hook.timeoutSeconds + GUARD_EXTRA_SECONDS + 30) * 1000,
      // Long enough to see the group of the hook end.
      graceMs: KILL_AFTER_SECONDS * 1000 + 500,
      onLine,
    });
    return { status };
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    if (error.reason === 'status') return { status: error.status };
    return { status: null, problem: error.message.split('\n')[0] ?? '' };
  }
}

/** Apart from the run, so that a status 75 of the hook is not taken for a lock that is held. */
async function waitForLock(
  hook: ComponentHook,
  waitSeconds: number,
  { view, lock, step }: RunHookOptions,
): Promise<void> {
  const nothing = guarded({ file: 'true', args: [] }, { lock, waitSeconds, limitSeconds: 10 });
  try {
    await runCommand(nothing, {
      env: { ...view.variables },
      signal: step.signal,
      timeoutMs: (waitSeconds + 30) * 1000,
    });
  } catch (error) {
    step.signal.throwIfAborted();
    // Without `flock` the hook itself will not start either, and tells it.
    if (error instanceof CommandFailed && error.reason === 'not started') return;
    if (!(error instanceof CommandFailed) || error.status !== LOCK_BUSY_STATUS) throw error;
    throw isBusy(hook, waitSeconds);
  }
}

const isBusy = (hook: ComponentHook, waitSeconds: number): StepFailure =>
  new StepFailure(
    FAILURES.busy,
    `${sentenceCase(describeHook(hook))} could not begin: an earlier command of this stack still runs after ${waitSeconds} s. It is tried again.`,
  );

const sentenceCase = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** Redacted before they are cut: a part of a secret would not be known as one. */
function lastLines(redact: Redact) {
  const kept: string[] = [];
  return {
    add: (line: string) => {
      kept.push(line);
      if (kept.length > TAIL_LINES) kept.shift();
    },
    text: () => kept.map((line) => redact(line).slice(0, TAIL_LINE_CHARACTERS)).join('\n'),
  };
}
