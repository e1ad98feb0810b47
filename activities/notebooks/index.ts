/**
 * Tutorial notebooks from one git source onto the directory that JupyterHub shows: stage, verify, swap. Whatever fails
 * before the swap leaves the deployed ones as they are.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { JobActivities } from '../types.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readIfThere, writeAtomically } from '../shared/files.js';
import { redactUrls } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { planRecovery, planSwap } from './moves.js';
import { perform, placesOf, whatIsThere, type Places } from './places.js';
import { inspectTree, openForReading } from './tree.js';
import { describeProblems } from './verify.js';

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

export interface NotebookRequest {
  readonly source: NotebookSource;
  /** Directory that users read. Beside it: `<target>.former`, and hidden ones while a run works. */
  readonly target: string;
  /** The cache of the source is kept below it. */
  readonly stateDir: string;
  readonly git: SourceGit;
  /** To whom the deployed files belong; to us when not given. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export type NotebookResult = Awaited<ReturnType<JobActivities['deployNotebooks']>>;

/** Lies in the deployed tree and moves with it, so that it never speaks of another one. */
const MARKER = '.birdkeeper-notebooks.json';
const Marker = z.object({
  source: z.string(),
  branch: z.string().optional(),
  commit: z.string(),
  notebooks: z.number(),
});
type Marker = z.infer<typeof Marker>;

/**
 * Twice: the second run finds the commit deployed. Cut short: the next run finishes or takes back the swap first, also
 * when the source is out of reach. Throws Configuration for a source that is empty or holds a broken notebook.
 */
export async function deployNotebooks(request: NotebookRequest, step: Step): Promise<NotebookResult> {
  const places = await placesOf(request.target);
  await recover(places, step);
  const cacheDir = cacheOf(request);
  step.heartbeat({ doing: 'fetch' });
  const commit = await request.git.fetchSource({ ...request.source, cacheDir }, step);
  const { url, branch } = request.source;
  const source = redactUrls(url);

  const deployed = await readMarker(places.target);
  if (deployed?.commit === commit && deployed.source === source && deployed.branch === branch) {
    return { outcome: 'up to date', notebooks: deployed.notebooks, commit };
  }
  try {
    const notebooks = await stage(request, { places, cacheDir, commit }, step);
    await writeMarker(places.staging, { source, branch, commit, notebooks });
    await openForReading(places.staging, request.owner);
    step.signal.throwIfAborted();
    await rename(places.staging, places.next);
    await perform(planSwap(await whatIsThere(places)), places);
    step.log.info('Notebooks deployed', { notebooks, commit, former: places.former });
    return { outcome: 'deployed', notebooks, commit };
  } finally {
    await rm(places.staging, { recursive: true, force: true });
  }
}

async function recover(places: Places, step: Step): Promise<void> {
  const moves = planRecovery(await whatIsThere(places));
  if (moves.length === 0) return;
  step.log.warn('A former run of the notebooks was cut short: finished what it left', { moves });
  await perform(moves, places);
}

/** Lays the commit out and looks at it. Returns how many notebooks there are. */
async function stage(
  request: NotebookRequest,
  { places, cacheDir, commit }: { places: Places; cacheDir: string; commit: string },
  step: Step,
): Promise<number> {
  const { url, branch } = request.source;
  step.heartbeat({ doing: 'stage' });
  await mkdir(places.staging);
  await request.git.layOut({ cacheDir, commit, directory: places.staging }, step);
  step.heartbeat({ doing: 'verify' });
  const { notebooks, problems } = await inspectTree(places.staging, step.signal);
  const what = `${nameOfBranch(branch)} of ${redactUrls(url)} at ${commit.slice(0, 12)}`;
  const untouched = 'The deployed notebooks stay as they are.';
  if (notebooks === 0) {
    throw new StepFailure(
      FAILURES.configuration,
      `${what} holds no notebook. ${untouched} Push notebooks to it, or correct the source.`,
    );
  }
  if (problems.length > 0) {
    throw new StepFailure(
      FAILURES.configuration,
      `${what} holds broken notebooks: ${describeProblems(problems)}. ${untouched} Push a commit that mends them.`,
    );
  }
  return notebooks;
}

/** For the beginning of a sentence. */
const nameOfBranch = (branch: string | undefined): string =>
  branch === undefined ? 'The default branch' : `Branch ${branch}`;

const cacheOf = ({ stateDir, source }: NotebookRequest): string =>
  join(stateDir, 'notebooks', createHash('sha256').update(source.url).digest('hex').slice(0, 16));

/** Undefined when what is deployed is not ours, or was tampered with: it is deployed then. */
async function readMarker(tree: string): Promise<Marker | undefined> {
  const text = await readIfThere(join(tree, MARKER));
  if (text === undefined) return undefined;
  try {
    return Marker.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const writeMarker = (tree: string, marker: Marker): Promise<void> =>
  writeAtomically(join(tree, MARKER), `${JSON.stringify(marker, null, 2)}\n`, 0o644);
