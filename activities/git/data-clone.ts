/**
 * The clones of the data job: caches of ours with a work tree. What is of no use is made afresh beside and swapped, so that
 * a clone that fails leaves what is there.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DataGit, DataSource, Refreshed } from '../data/git.js';
import { FAILURES, isStepFailure, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing, unlessMissing } from '../shared/files.js';
import { guarded, LOCK_BUSY_STATUS } from '../shared/guarded.js';
import { redactUrls } from '../shared/redact.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { readableByAll } from '../shared/umask.js';
import { MADE, openClone, updateClone, type DataGitSettings } from './data-update.js';
import { withoutCredentials } from './data-words.js';
import { requireCommit } from './repository.js';

export function createDataGit(settings: DataGitSettings): DataGit {
  return {
    refresh: (source, step) => refresh(source, settings, step),
    changedFiles: (work, step) => changedFiles(work, settings, step),
  };
}

async function refresh(source: DataSource, settings: DataGitSettings, step: Step): Promise<Refreshed> {
  await command({ file: 'mkdir', args: ['-p', '--', dirname(source.clone)] }, source, settings, step);
  await clearUp(source, settings, step);
  if (await isCloneOfIt(source, settings, step)) {
    try {
      return await updateClone(source.clone, source, settings, step);
    } catch (error) {
      step.signal.throwIfAborted();
      if (!meansBroken(error)) throw withoutUrls(error);
      step.log.warn('A clone is broken and is made again', { clone: source.clone, why: redactUrls(messageOf(error)) });
    }
  }
  try {
    return await makeAfresh(source, settings, step);
  } catch (error) {
    throw withoutUrls(error);
  }
}

/** Without the cause: git's own words may repeat the credentials of an address. */
const withoutUrls = (error: unknown): unknown =>
  error instanceof CommandFailed ? new Error(redactUrls(error.message)) : error;

/** What the surroundings did has a type; the rest is what git says of a clone that it cannot work with. */
const meansBroken = (error: unknown): boolean =>
  !isStepFailure(error) && !(error instanceof CommandFailed && error.reason !== 'status');

/** Throws Configuration when something else lies there: it may be anybody's data. */
async function isCloneOfIt({ clone, url }: DataSource, settings: DataGitSettings, step: Step): Promise<boolean> {
  const inside = await unlessMissing(readdir(clone));
  if (inside === undefined || inside.length === 0) return false;
  if (!(await unlessMissing(stat(join(clone, '.git'))))?.isDirectory()) {
    const message = `${clone} is to hold the clone of ${redactUrls(url)}, but other files lie there. Move them away, or correct checkout_name or the checkout cache.`;
    throw new StepFailure(FAILURES.configuration, message);
  }
  try {
    const repository = await openClone(clone, settings, step);
    const origin = await repository.line(['config', '--local', '--get', 'remote.origin.url']);
    return origin !== undefined && withoutCredentials(origin) === withoutCredentials(url);
  } catch (error) {
    step.signal.throwIfAborted();
    step.log.warn('A clone cannot be read and is made again', { clone, why: redactUrls(messageOf(error)) });
    return false;
  }
}

async function makeAfresh(source: DataSource, settings: DataGitSettings, step: Step): Promise<Refreshed> {
  const fresh = beside(source.clone, 'new');
  try {
    await command({ file: 'git', args: ['init', '--quiet', '--', fresh] }, source, settings, step);
    const clone = await openClone(fresh, settings, step);
    await clone.run(['config', 'remote.origin.url', withoutCredentials(source.url)]);
    await clone.run(['config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*']);
    await writeFile(join(fresh, '.git', MADE), '');
    const refreshed = await updateClone(fresh, source, settings, step);
    await swap(fresh, source, step);
    return refreshed;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function swap(fresh: string, { clone }: DataSource, step: Step): Promise<void> {
  const former = beside(clone, 'old');
  const isThere = await rename(clone, former).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
  await rename(fresh, clone);
  if (isThere) await discard(former, clone, step);
}

/** What is not ours may hold somebody's work: it is put aside, under a name that we never look at. */
async function discard(former: string, clone: string, step: Step): Promise<void> {
  const [outside, inside] = [await readdir(former), await unlessMissing(readdir(join(former, '.git')))];
  if (outside.length === 0 || inside?.includes(MADE)) {
    await rm(former, { recursive: true, force: true });
    return;
  }
  const kept = beside(clone, 'replaced');
  await rename(former, kept);
  step.log.warn(
    'A repository that is not ours was where a clone is kept: it is put aside. Remove it when nobody needs it',
    {
      clone,
      kept,
    },
  );
}

const beside = (clone: string, why: string): string =>
  join(dirname(clone), `.${basename(clone)}.${why}-${randomBytes(4).toString('hex')}`);

/**
 * What a run that was cut short left. Under the lock, since a git of ours that outlived its worker may still write there. One
 * that was cut short in a swap left the former clone under another name: it comes back unless there is a new one.
 */
async function clearUp(source: DataSource, settings: DataGitSettings, step: Step): Promise<void> {
  const { clone } = source;
  const parent = dirname(clone);
  const hidden = (await readdir(parent)).filter((name) => name.startsWith(`.${basename(clone)}.`));
  const left = (why: string) => hidden.filter((name) => isBeside(name, clone, why)).map((name) => join(parent, name));
  await command({ file: 'rm', args: ['-rf', '--', ...left('new')] }, source, settings, step);
  for (const former of left('old')) {
    await rename(former, clone).catch(() => discard(former, clone, step));
  }
}

const isBeside = (name: string, clone: string, why: string): boolean => {
  const start = `.${basename(clone)}.${why}-`;
  return name.startsWith(start) && /^[0-9a-f]{8}$/.test(name.slice(start.length));
};

const SHORT_LIMIT_SECONDS = 600;

/** Under the lock of the clone. Throws Busy when a command of a former run keeps it. */
async function command(
  given: { file: string; args: string[] },
  { lock, clone }: DataSource,
  settings: DataGitSettings,
  { signal }: Step,
): Promise<void> {
  const guard = { lock, waitSeconds: settings.lockWaitSeconds, limitSeconds: SHORT_LIMIT_SECONDS };
  try {
    await runCommand(guarded(readableByAll(given), guard), {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...settings.environment },
      signal,
      timeoutMs: (guard.waitSeconds + guard.limitSeconds + 30) * 1000,
    });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.status !== LOCK_BUSY_STATUS) throw error;
    const message = `A command of a former run still works on ${clone} (lock ${lock}). It is tried again; look with: fuser -v ${lock}`;
    throw new StepFailure(FAILURES.busy, message, 60_000);
  }
}

async function changedFiles(
  { clone, from, to }: { clone: string; from: string; to: string },
  settings: DataGitSettings,
  step: Step,
): Promise<string | undefined> {
  const repository = await openClone(clone, settings, step);
  const asked = ['cat-file', '-e', `${requireCommit(from)}^{commit}`];
  if ((await repository.ask(asked, { okStatuses: [0, 1, 128] })).status !== 0) return undefined;
  return (await repository.read(['diff', '--no-ext-diff', '--name-status', from, requireCommit(to)])).trimEnd();
}
