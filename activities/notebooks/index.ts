/**
 * Tutorial notebooks onto the directory that JupyterHub shows: fetch, stage, verify, swap. Whatever fails before the swap
 * leaves the deployed ones as they are. What was deployed before is kept, to go back to.
 */
import { readFile } from 'node:fs/promises';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { defaultList } from './default-list.js';
import { Deployment } from './deployment.js';
import { inTurn, type NotebookPlace } from './in-turn.js';
import { DEFAULT_LIMITS, parseList, type NotebookList } from './list.js';
import {
  ARCHIVE_LIMITS,
  fetchSources,
  type ArchiveLimits,
  type NotebookSource,
  type SourceGit,
  type SourceState,
} from './sources.js';

export { rollbackNotebooks, type NotebookRollback, type NotebookRollbackResult } from './rollback.js';
export type { NotebookPlace } from './in-turn.js';
export type { NotebookSource, SourceGit, SourceState } from './sources.js';

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

/**
 * Twice: the second run finds everything in place. Killed: the next run finishes the swap first, also when a source is out of
 * reach. Throws Configuration for a wrong list, an empty source, a broken notebook; what `fetchSources` and `inTurn` throw.
 */
export async function deployNotebooks(request: NotebookRequest, step: Step): Promise<NotebookResult> {
  const list = await readList(request);
  return inTurn(request, step, async (swap, record) => {
    const tools = { environment: {}, limits: request.archiveLimits ?? ARCHIVE_LIMITS, ...request };
    const fetched = await fetchSources(list, tools, step);
    return new Deployment(swap, record, { list, fetched, force: request.force === true }, step).run();
  });
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
