/**
 * Tutorial notebooks onto the directory that JupyterHub shows: fetch, stage, verify, swap. Whatever fails before the swap
 * leaves the deployed ones as they are. What was deployed before is kept, to go back to.
 */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { composeTree } from './compose.js';
import { defaultList } from './default-list.js';
import { Exclusive } from './exclusive.js';
import { DEFAULT_LIMITS, parseList, type NotebookList } from './list.js';
import { openPlaces } from './places.js';
import {
  currentOf,
  formerOf,
  judge,
  rejectedOf,
  withFingerprint,
  withVersion,
  writeRecord,
  type Record,
  type Version,
} from './record.js';
import {
  ARCHIVE_LIMITS,
  fetchSources,
  fingerprintOf,
  type ArchiveLimits,
  type FetchedSource,
  type NotebookSource,
  type SourceGit,
  type SourceState,
} from './sources.js';
import { clear, compare, recover, swapTo, type Owner, type Swap } from './swap.js';
import { keepStaged, openTree, type Tree } from './trees.js';

export type { NotebookSource, SourceGit, SourceState } from './sources.js';

export interface NotebookPlace {
  /**
   * Directory that users read. It stays the same directory when its content changes, since containers have it mounted. Beside
   * it lies `.<name>.birdkeeper`, for nobody but us.
   */
  readonly target: string;
  /** To whom the deployed files belong; root when we are root, else us. */
  readonly owner?: Owner;
  /** How many former trees are kept; 2 when not given. */
  readonly keep?: number;
}

export interface NotebookRequest extends NotebookPlace {
  /** One git source, all of it. Not together with `listFile`; without both, the repositories that upstream deploys. */
  readonly source?: NotebookSource;
  /** Path of the list (list.ts). */
  readonly listFile?: string;
  /** Of the stack: for branches (`${NAME:-main}`). */
  readonly variables?: Readonly<{ [name: string]: string }>;
  /** PATH, for tar and unzip; needed for archives. */
  readonly environment?: Readonly<{ [name: string]: string }>;
  /** The caches of the sources are kept below it. */
  readonly stateDir: string;
  readonly git: SourceGit;
  readonly archiveLimits?: ArchiveLimits;
  /** Deploys also what a person rolled back. */
  readonly force?: boolean;
}

export interface NotebookResult {
  /** held back: the sources still hold what a person rolled back. */
  readonly outcome: 'deployed' | 'up to date' | 'held back';
  /** How many users read now. */
  readonly notebooks: number;
  /** What the sources hold. */
  readonly sources: readonly SourceState[];
  /** Of a single git source. */
  readonly commit?: string;
}

export interface NotebookRollback extends NotebookPlace {
  /** Names this rollback: a second try of it does not go further back. */
  readonly run: string;
}

export interface NotebookRollbackResult {
  readonly outcome: 'rolled back';
  readonly notebooks: number;
  /** Of what users read again; empty for what lay there before birdkeeper. */
  readonly sources: readonly SourceState[];
  /** Since when it had been deployed, ISO. */
  readonly since: string;
}

const KEEP = 2;
const turns = new Exclusive();

/**
 * Twice: the second run finds everything in place. Killed: the next run finishes the swap first, also when a source is out of
 * reach. Throws Configuration for a wrong list, an empty source, a broken notebook; what `fetchSources` throws.
 */
export async function deployNotebooks(request: NotebookRequest, step: Step): Promise<NotebookResult> {
  const list = await readList(request);
  return turns.run(request.target, step.signal, async () => {
    const swap = await openSwap(request);
    const record = await recover(swap, step);
    const tools = { environment: {}, limits: request.archiveLimits ?? ARCHIVE_LIMITS, ...request };
    const fetched = await fetchSources(list, tools, step);
    try {
      return await new Deployment(swap, record, { list, fetched, force: request.force === true }, step).run();
    } finally {
      await clear(swap.places);
    }
  });
}

/**
 * Users read again what they read before, and what is rolled back is not deployed again until the sources hold something
 * else. Twice with one `run`: the second changes nothing. Throws NotFound when nothing is left to go back to.
 */
export async function rollbackNotebooks(request: NotebookRollback, step: Step): Promise<NotebookRollbackResult> {
  return turns.run(request.target, step.signal, async () => {
    const swap = await openSwap(request);
    const record = await recover(swap, step);
    const current = currentOf(record);
    if (record?.rollback?.run === request.run && current?.tree === record.rollback.to) return rolledBack(current);
    const found = record && (await nearestFormer(record, swap, step));
    if (!record || !found) {
      const message = `There are no former notebooks of ${request.target} to go back to: none were deployed twice, or those kept were gone back to already.`;
      throw new StepFailure(FAILURES.notFound, message);
    }
    const { tree, version } = found;
    const rollback = { run: request.run, to: tree.digest };
    await swapTo(tree, record, () => ({ ...record, current: tree.digest, rollback }), swap, step);
    step.log.info('Notebooks rolled back', { notebooks: version.notebooks, since: version.since });
    return rolledBack(version);
  });
}

const rolledBack = ({ notebooks, sources, since }: Version): NotebookRollbackResult => ({
  outcome: 'rolled back',
  notebooks,
  sources,
  since,
});

async function nearestFormer(record: Record, { places }: Swap, step: Step) {
  for (const version of formerOf(record)) {
    const tree = await openTree(places, version.tree, step);
    if (tree) return { tree, version };
  }
  return undefined;
}

async function openSwap({ target, owner, keep = KEEP }: NotebookPlace): Promise<Swap> {
  const { uid, gid } = userInfo();
  return { places: await openPlaces(target), owner: owner ?? { uid, gid }, keep: Math.max(1, keep) };
}

async function readList({ listFile, source, variables = {} }: NotebookRequest): Promise<NotebookList> {
  if (source && listFile !== undefined) {
    const message = 'Both a list of notebooks and a single source of them are named. Name one of the two.';
    throw new StepFailure(FAILURES.configuration, message);
  }
  if (source) return listOfOne(source);
  if (listFile === undefined) return defaultList(variables);
  const bytes = await readFile(listFile).catch((error: unknown) => {
    const message = `The list of notebooks cannot be read: ${messageOf(error)}. Correct its path.`;
    throw new StepFailure(FAILURES.configuration, message);
  });
  const { list, problems } = parseList(bytes, listFile, variables);
  if (list === undefined) throw new StepFailure(FAILURES.configuration, redactUrls(problems.join('\n')));
  return list;
}

const ONE = 'notebooks';
const listOfOne = ({ url, branch }: NotebookSource): NotebookList => ({
  sources: [{ name: ONE, git: url, branch }],
  maps: [{ source: ONE, from: '.', to: '.', optional: true }],
  limits: DEFAULT_LIMITS,
});

/** What follows once it is known what the sources hold. */
class Deployment {
  private readonly fingerprint: string;
  private readonly sources: SourceState[];

  constructor(
    private readonly swap: Swap,
    private readonly record: Record | undefined,
    private readonly wanted: { list: NotebookList; fetched: ReadonlyMap<string, FetchedSource>; force: boolean },
    private readonly step: Step,
  ) {
    this.fingerprint = fingerprintOf(wanted.list, wanted.fetched, swap.owner);
    this.sources = [...wanted.fetched.values()].map(({ state }) => state);
  }

  async run(): Promise<NotebookResult> {
    const { swap, record, step, wanted } = this;
    const current = currentOf(record);
    const judgement = judge(record, this.fingerprint);
    if (judgement === 'held back' && !wanted.force) return this.result('held back', current);
    const kept = judgement === 'in place' && current ? await openTree(swap.places, current.tree, step) : undefined;
    return kept && record && current ? this.settle(kept, record, current) : this.stage();
  }

  private async stage(): Promise<NotebookResult> {
    const { swap, record, step, wanted } = this;
    const notebooks = await composeTree(wanted.list, wanted.fetched, swap, step);
    const tree = await keepStaged(swap.places, step);
    const now = { fingerprint: this.fingerprint, sources: this.sources };
    const current = currentOf(record);
    if (record && current?.tree === tree.digest) {
      return this.settle(tree, withFingerprint(record, tree.digest, now), current);
    }
    if (record && !wanted.force && rejectedOf(record).some((version) => version.tree === tree.digest)) {
      await writeRecord(swap.places.record, withFingerprint(record, tree.digest, now));
      return this.result('held back', current);
    }
    const version = { tree: tree.digest, notebooks, since: new Date().toISOString(), ...now };
    await swapTo(tree, record, (found) => withVersion(record, version, found), swap, step);
    step.log.info('Notebooks deployed', { notebooks, sources: this.sources });
    return this.result('deployed', version);
  }

  /** The sources hold what is deployed: nothing is to be done unless somebody changed it there. */
  private async settle(tree: Tree, record: Record, current: Version): Promise<NotebookResult> {
    const { swap, step } = this;
    const { changes } = await compare(swap.places, record, tree, step);
    if (changes.length === 0) {
      await writeRecord(swap.places.record, record);
      return this.result('up to date', current);
    }
    step.log.warn('Deployed notebooks were changed by somebody: they are put right', { changes: changes.length });
    await swapTo(tree, record, (found) => withFound(record, found), swap, step);
    return this.result('deployed', current);
  }

  private result(outcome: NotebookResult['outcome'], deployed: Version | undefined): NotebookResult {
    const [only, ...others] = this.sources;
    const commit = others.length === 0 ? only?.commit : undefined;
    const { sources } = this;
    return { outcome, notebooks: deployed?.notebooks ?? 0, sources, ...(commit !== undefined && { commit }) };
  }
}

/** Kept right behind what is deployed. */
function withFound(record: Record, found: Version | undefined): Record {
  if (found === undefined) return record;
  const current = record.versions.findIndex(({ tree }) => tree === record.current);
  const others = record.versions.filter(({ tree }) => tree !== found.tree);
  return { ...record, versions: [...others.slice(0, current + 1), found, ...others.slice(current + 1)] };
}
