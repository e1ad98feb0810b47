/**
 * A git source that is read and nothing more: its branch is fetched into a bare cache of ours and one commit of it is
 * laid out. There is no work tree, no remote and no branch of a person's that could be in the way.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES } from '../../workflows/contract.js';
import type { NotebookSource, SourceGit } from '../notebooks/index.js';
import { StepFailure } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import { CommandFailed } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { chooseKey, type KeySettings } from './keys.js';
import { QUIET_CONFIG, Repository, requireCommit } from './repository.js';
import { explainSourceFailure, isBrokenCache, nameOfSource, withAccess } from './source-access.js';

export interface SourceSettings {
  readonly keys: KeySettings;
  /** Limit of one git call. */
  readonly timeoutMs: number;
  /** Added to git's clean environment: PATH, proxies. */
  readonly environment?: Readonly<Record<string, string>>;
}

type CachedSource = NotebookSource & { cacheDir: string };

export function createSourceGit(settings: SourceSettings): SourceGit {
  return {
    fetchSource: (source, step) => fetchSource(source, settings, step),
    layOut: (work, step) => layOut(work, settings, step),
  };
}

const REF = 'refs/birdkeeper/source';

/** One commit without its past: the cache serves a tree. */
export const fetchSourceCommand = ({ url, branch }: NotebookSource): string[] => [
  ...QUIET_CONFIG,
  'fetch',
  '--quiet',
  '--depth=1',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  '--end-of-options',
  url,
  `+${branch === undefined ? 'HEAD' : `refs/heads/${branch}`}:${REF}`,
];

async function fetchSource(source: CachedSource, settings: SourceSettings, step: Step): Promise<string> {
  try {
    return await fetchInto(source, settings, step);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    step.signal.throwIfAborted();
    if (!isBrokenCache(error.stderr)) throw await explain(error, source, settings);
    step.log.warn('The cache of a git source is broken and is made again', { cache: source.cacheDir });
  }
  await rm(source.cacheDir, { recursive: true, force: true });
  try {
    return await fetchInto(source, settings, step);
  } catch (error) {
    throw error instanceof CommandFailed ? await explain(error, source, settings) : error;
  }
}

async function fetchInto(source: CachedSource, settings: SourceSettings, step: Step): Promise<string> {
  await mkdir(source.cacheDir, { recursive: true, mode: 0o700 });
  const cache = await open(source.cacheDir, settings, step);
  await cache.run(['init', '--quiet', '--bare', '.']);
  const access = { url: source.url, key: await keyOf(source, settings), keys: settings.keys, owner: cache.owner };
  await withAccess(access, (environment) =>
    cache.run(fetchSourceCommand(source), { ...environment, GIT_DIR: source.cacheDir }),
  );
  return (await cache.read(['rev-parse', '--verify', `${REF}^{commit}`])).trim();
}

const open = (cacheDir: string, { timeoutMs, environment = {} }: SourceSettings, { signal }: Step) =>
  Repository.at(cacheDir, { signal, timeoutMs, environment });

const keyOf = ({ url }: NotebookSource, { keys }: SourceSettings) => chooseKey(keys, nameOfSource(url), url);

async function explain(error: CommandFailed, source: CachedSource, settings: SourceSettings): Promise<StepFailure> {
  const url = redactUrls(source.url);
  if (/couldn't find remote ref/.test(error.stderr)) {
    const message =
      source.branch === undefined
        ? `${url} names no branch of its own that is there. Push to it, or name one in BIRDKEEPER_NOTEBOOK_BRANCH.`
        : `${url} has no branch ${source.branch}. Push it, or correct the branch's name.`;
    return new StepFailure(FAILURES.notFound, message);
  }
  const key = await keyOf(source, settings);
  const { keys, timeoutMs: limitMs } = settings;
  return explainSourceFailure(error, { url: source.url, key, keys, cache: source.cacheDir, limitMs });
}

/** Twice: writes the same files. Attributes of the source (line ends) are honoured, hooks are not run. */
async function layOut(
  { cacheDir, commit, directory }: { cacheDir: string; commit: string; directory: string },
  settings: SourceSettings,
  step: Step,
): Promise<void> {
  const cache = await open(cacheDir, settings, step);
  // An index of its own: two runs may lay out at the same time.
  const index = join(cacheDir, `index-${randomBytes(4).toString('hex')}`);
  const environment = { GIT_DIR: cacheDir, GIT_WORK_TREE: directory, GIT_INDEX_FILE: index };
  try {
    await cache.run([...QUIET_CONFIG, 'read-tree', requireCommit(commit)], environment);
    await cache.run([...QUIET_CONFIG, 'checkout-index', '--all', '--force', '--quiet'], environment);
  } catch (error) {
    // Of a file, git does not say why it could not be written.
    if (error instanceof CommandFailed && /No space left on device|unable to write file/.test(error.stderr)) {
      const message = `No room for the files of the source in ${directory}, or they cannot be written there.`;
      throw new StepFailure(FAILURES.diskFull, message);
    }
    // A cache that lost objects answers fetches as if it were whole: the next try makes it again.
    if (error instanceof CommandFailed && error.reason === 'status')
      await rm(cacheDir, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(index, { force: true });
  }
}
