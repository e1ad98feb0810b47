/** Back to the notebooks that users read before. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { inTurn, type NotebookPlace } from './in-turn.js';
import { currentOf, formerOf, type Record, type Version } from './record.js';
import type { SourceState } from './sources.js';
import { swapTo, type Swap } from './swap.js';
import { openTree } from './trees.js';

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

/**
 * Users read again what they read before, and what is rolled back is not deployed again until the sources hold something
 * else. Twice with one `run`: the second changes nothing. Throws NotFound when nothing is left to go back to.
 */
export async function rollbackNotebooks(request: NotebookRollback, step: Step): Promise<NotebookRollbackResult> {
  return inTurn(request, step, async (swap, record) => {
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
