/** What the sources hold now, each in a cache of ours; and its files, when they are needed. */
import { createHash } from 'node:crypto';
import { constants, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FAILURES, isStepFailure, messageOf, StepFailure } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import type { UnpackLimits } from './archive-listing.js';
import { download, shownAddress, type Archive, type DownloadLimits } from './download.js';
import { Exclusive } from './exclusive.js';
import type { ArchiveSource, GitSource, ListedSource, NotebookList } from './list.js';
import { sha256Of } from './manifest.js';
import { rootOfUnpacked, unpack } from './unpack.js';

export interface NotebookSource {
  readonly url: string;
  /** Undefined: the one that the repository itself names (its HEAD). */
  readonly branch: string | undefined;
}

/** What is needed of git. `activities/git/source.ts` has it. */
export interface SourceGit {
  /**
   * Brings the branch into the cache (made when it is not there) and returns its commit, in full. Throws
   * RemoteUnavailable, Unauthorised, or NotFound when the source has no such branch, or no commit at all.
   */
  fetchSource(source: NotebookSource & { cacheDir: string }, step: Step): Promise<string>;
  /** Writes the files of a commit of the cache into an empty directory. */
  layOut(work: { cacheDir: string; commit: string; directory: string }, step: Step): Promise<void>;
}

export interface ArchiveLimits {
  readonly download: DownloadLimits;
  readonly unpacked: UnpackLimits;
}

/** Repositories with their pictures and data; a bomb is larger by far. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  download: { bytes: 1024 ** 3, timeoutMs: 10 * 60_000 },
  unpacked: { bytes: 4 * 1024 ** 3, members: 100_000 },
};

export interface SourceTools {
  readonly git: SourceGit;
  /** The caches are kept below it. */
  readonly stateDir: string;
  /** PATH for tar and unzip. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: ArchiveLimits;
}

/** `commit` in full; `sha256` of an archive, its first twelve digits. */
export interface SourceState {
  readonly name: string;
  readonly commit?: string | undefined;
  readonly sha256?: string | undefined;
}

export interface FetchedSource {
  readonly state: SourceState;
  /** Commit or SHA-256, in full. */
  readonly content: string;
  /** For the beginning of a sentence; without credentials. */
  readonly about: string;
  /** Makes the directory and returns where in it the files of the source lie. */
  layOut(directory: string, step: Step): Promise<string>;
}

/** All or none: the first that cannot be had ends it, and is named. */
export async function fetchSources(
  list: NotebookList,
  tools: SourceTools,
  step: Step,
): Promise<Map<string, FetchedSource>> {
  const fetched = new Map<string, FetchedSource>();
  for (const source of list.sources) {
    step.heartbeat({ doing: 'fetch', source: source.name });
    try {
      const found = 'git' in source ? await fromGit(source, tools, step) : await fromArchive(source, tools, step);
      step.log.info('Source of the notebooks is at', { ...found.state });
      fetched.set(source.name, found);
    } catch (error) {
      step.signal.throwIfAborted();
      throw named(error, source);
    }
  }
  return fetched;
}

/** Stacks of one host that deploy the same repositories at the same hour share the caches. */
const caches = new Exclusive();

/** Two branches of one repository share a cache: a commit stays in it when another is fetched. */
const cacheOf = ({ stateDir }: SourceTools, kind: '' | 'archive-', url: string): string =>
  join(stateDir, 'notebooks', `${kind}${createHash('sha256').update(url).digest('hex').slice(0, 16)}`);

async function fromGit({ name, git: url, branch }: GitSource, tools: SourceTools, step: Step): Promise<FetchedSource> {
  const cacheDir = cacheOf(tools, '', url);
  const commit = await caches.run(cacheDir, step.signal, () => tools.git.fetchSource({ url, branch, cacheDir }, step));
  const what = branch === undefined ? 'The default branch' : `Branch ${branch}`;
  return {
    state: { name, commit },
    content: commit,
    about: `${what} of ${redactUrls(url)} at ${commit.slice(0, 12)}`,
    layOut: async (directory, inStep) => {
      await mkdir(directory, { recursive: true });
      await tools.git.layOut({ cacheDir, commit, directory }, inStep);
      return directory;
    },
  };
}

const SHOWN_DIGITS = 12;

async function fromArchive(source: ArchiveSource, tools: SourceTools, step: Step): Promise<FetchedSource> {
  const { limits, environment } = tools;
  const cacheDir = cacheOf(tools, 'archive-', source.archive);
  const { file, sha256 } = await caches.run(cacheDir, step.signal, () =>
    download(source, { cacheDir, limits: limits.download }, step),
  );
  const about = `The archive ${shownAddress(source.archive)}`;
  return {
    state: { name: source.name, sha256: sha256.slice(0, SHOWN_DIGITS) },
    content: sha256,
    about,
    layOut: async (directory, inStep) => {
      const own = await ownCopy({ file, sha256 }, directory, about);
      await unpack({ file: own, to: directory, about }, { limits: limits.unpacked, environment }, inStep);
      return rootOfUnpacked(directory);
    },
  };
}

/** The run of another stack may put another archive into the cache at any time. */
async function ownCopy({ file, sha256 }: Archive, directory: string, about: string): Promise<string> {
  const own = `${directory}.archive`;
  await mkdir(dirname(own), { recursive: true });
  await copyFile(file, own, constants.COPYFILE_FICLONE);
  if ((await sha256Of(own)) === sha256) return own;
  throw new StepFailure(FAILURES.remoteUnavailable, `${about} changed while it was to be unpacked. It is tried again.`);
}

function named(error: unknown, { name }: ListedSource): Error {
  const message = `Source ${name} of the notebooks: ${redactUrls(messageOf(error))} The deployed notebooks stay as they are.`;
  return isStepFailure(error) ? new StepFailure(error.type, message, error.retryAfterMs) : new Error(message);
}

/** Of the list, all that its sources hold and whose the files are: the same fingerprint gives the same tree. */
export function fingerprintOf(
  list: NotebookList,
  fetched: ReadonlyMap<string, FetchedSource>,
  owner: { readonly uid: number; readonly gid: number },
): string {
  const states = list.sources.map((source) => {
    const url = 'git' in source ? source.git : source.archive;
    return [source.name, redactUrls(url), fetched.get(source.name)?.content];
  });
  return createHash('sha256')
    .update(JSON.stringify([states, list.maps, list.limits, owner.uid, owner.gid]))
    .digest('hex');
}
