/**
 * `autodeploy/conditional-trigger` of a checkout that is behind: a script of its owner's that says whether what changed
 * is worth a deployment. It is read from the commit that would be deployed, and runs as the owner.
 */
import { shortLine } from '../../workflows/one-line.js';
import { join } from 'node:path';
import { redactUrls } from '../shared/redact.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
import type { Checkout } from '../stack/view.js';
import { asOwner, DEFAULT_PATH } from './owner.js';
import { QUIET_CONFIG, Repository, requireCommit, type GitOptions } from './repository.js';
import { withScratch } from './scratch.js';
import { fileAt } from './tree.js';

export const TRIGGER_PATH = 'autodeploy/conditional-trigger';

export interface TriggerRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Full ids: HEAD, and the commit that would be deployed. */
  readonly from: string;
  readonly to: string;
  readonly limitSeconds: number;
}

export interface TriggerAnswer {
  /** none: the commit has no such script. */
  answer: 'none' | 'deploy' | 'skip';
  /** Why, without a full stop; one line, credentials of URLs taken out. */
  detail: string;
}

/** The kernel takes 128 KiB for one variable with its name. */
const MAX_CHANGED_FILES_BYTES = 120_000;
const GRACE_MS = 2_000;

/**
 * Asks the script. A script that is broken (cannot be started, is killed, does not end in time) answers `deploy`: it must
 * not hold deployments back without a word. Throws when the step was cancelled. Twice: asks again.
 */
export async function askConditionalTrigger(request: TriggerRequest): Promise<TriggerAnswer> {
  const [from, to] = [requireCommit(request.from), requireCommit(request.to)];
  const repository = await Repository.at(request.checkout.dir, request);
  const entry = await fileAt(repository, to, TRIGGER_PATH);
  if (entry === undefined) return { answer: 'none', detail: `there is no ${TRIGGER_PATH}` };
  if (entry.kind !== 'file') return deploy(`it is a ${entry.kind} and no script`);
  const changed = await changedFiles(repository, from, to);
  const bytes = Buffer.byteLength(changed);
  if (bytes > MAX_CHANGED_FILES_BYTES) {
    return deploy(`the list of changed files has ${bytes} bytes, more than one variable holds, so it was not asked`);
  }
  return withScratch('trigger', repository.owner, async (scratch) => {
    const script = await writeScript(repository, entry.id, scratch);
    return answerOf(await commandOf(repository, entry.id, script), { ...request, repository, changed });
  });
}

/** As `git diff --name-status` prints it, with git's own quoting of odd names. */
async function changedFiles(repository: Repository, from: string, to: string): Promise<string> {
  const options = ['--name-status', '--no-color', '--no-ext-diff', '--no-textconv', '--no-relative'];
  return (await repository.read(['diff', ...options, from, to, '--'])).trimEnd();
}

/**
 * Written by git, as the owner: bytes stay as they are, and no descriptor of this process keeps the script open for
 * writing while it is started.
 */
async function writeScript(repository: Repository, id: string, scratch: string): Promise<string> {
  const gitDir = await repository.gitDir();
  const place = { GIT_DIR: gitDir, GIT_WORK_TREE: scratch, GIT_INDEX_FILE: join(scratch, 'index') };
  const quiet = [...QUIET_CONFIG, '-c', 'core.autocrlf=false', '-c', 'core.splitIndex=false'];
  await repository.run([...quiet, 'update-index', '--add', '--cacheinfo', `100755,${id},conditional-trigger`], place);
  await repository.run([...quiet, 'checkout-index', '--quiet', '--', 'conditional-trigger'], place);
  return join(scratch, 'conditional-trigger');
}

/** The kernel starts only what says by which program; the rest is for the shell. */
async function commandOf(repository: Repository, id: string, script: string): Promise<Command> {
  const names = (await repository.read(['cat-file', 'blob', id])).startsWith('#!');
  const command = names ? { file: script, args: [] } : { file: '/bin/sh', args: [script] };
  return { ...command, shownAs: TRIGGER_PATH };
}

type Asked = TriggerRequest & { repository: Repository; changed: string };

async function answerOf(command: Command, asked: Asked): Promise<TriggerAnswer> {
  const { repository, limitSeconds, signal } = asked;
  try {
    const { stdout, stderr } = await runCommand(command, {
      cwd: repository.dir,
      env: environmentOf(asked),
      ...asOwner(repository.owner),
      signal,
      timeoutMs: limitSeconds * 1_000,
      graceMs: GRACE_MS,
    });
    return { answer: 'deploy', detail: `it says yes${lastLine(stdout, stderr)}` };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    return failed(error, limitSeconds);
  }
}

/** Nothing of ours but the search path: no agent, no proxy with a password. */
function environmentOf({ repository, changed, environment }: Asked): Record<string, string> {
  return {
    PATH: environment?.['PATH'] ?? DEFAULT_PATH,
    HOME: repository.owner.home,
    LANG: 'C',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CHANGED_FILES: changed,
  };
}

function failed({ reason, status, stdout, stderr, message }: CommandFailed, limitSeconds: number): TriggerAnswer {
  const said = lastLine(stdout, stderr);
  if (reason === 'status') return { answer: 'skip', detail: `it ended with status ${status}${said}` };
  if (reason === 'timed out') return deploy(`it did not end within ${limitSeconds} s and was ended${said}`);
  return deploy(reason === 'signal' ? `it was killed by a signal${said}` : shown(message));
}

const deploy = (why: string): TriggerAnswer => ({ answer: 'deploy', detail: `${why}: taken for a yes` });

/** Of standard error where there is any: that is where a script complains. */
function lastLine(stdout: string, stderr: string): string {
  const line = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  return line === '' ? '' : ` (${shown(line)})`;
}

const shown = (text: string): string => shortLine(redactUrls(text), 200);
