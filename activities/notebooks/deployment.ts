/** What follows once it is known what the sources hold. */
import type { Step } from '../shared/step.js';
import { composeTree } from './compose.js';
import type { NotebookResult } from './index.js';
import type { NotebookList } from './list.js';
import {
  currentOf,
  judge,
  rejectedOf,
  withFingerprint,
  withFound,
  withVersion,
  writeRecord,
  type Record,
  type Version,
} from './record.js';
import { fingerprintOf, type FetchedSource, type SourceState } from './sources.js';
import { compare, openTarget, swapTo, type Swap } from './swap.js';
import { keepStaged, openTree, type Tree } from './trees.js';

export class Deployment {
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
    const kept = judgement !== 'stage' && current ? await openTree(swap.places, current.tree, step) : undefined;
    if (judgement === 'held back' && !wanted.force) {
      if (kept && record) await this.putRight(kept, record);
      return this.result('held back', current);
    }
    return judgement === 'in place' && kept && record && current ? this.settle(kept, record, current) : this.stage();
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

  /** The sources hold what is deployed. */
  private async settle(tree: Tree, record: Record, current: Version): Promise<NotebookResult> {
    const wasRight = await this.putRight(tree, record);
    return this.result(wasRight ? 'up to date' : 'deployed', current);
  }

  /** True when nothing was to be done: nobody changed what is deployed. */
  private async putRight(tree: Tree, record: Record): Promise<boolean> {
    const { swap, step } = this;
    const { changes } = await compare(swap.places, record, tree, step);
    if (changes.length === 0) {
      await openTarget(swap.places, swap.owner);
      await writeRecord(swap.places.record, record);
      return true;
    }
    step.log.warn('Deployed notebooks were changed by somebody: they are put right', { changes: changes.length });
    await swapTo(tree, record, (found) => withFound(record, found), swap, step);
    return false;
  }

  private result(outcome: NotebookResult['outcome'], deployed: Version | undefined): NotebookResult {
    if (outcome !== 'deployed') this.step.log.info(`Notebooks are ${outcome}`, { notebooks: deployed?.notebooks ?? 0 });
    const [only, ...others] = this.sources;
    const commit = others.length === 0 ? only?.commit : undefined;
    const { sources } = this;
    return { outcome, notebooks: deployed?.notebooks ?? 0, sources, ...(commit !== undefined && { commit }) };
  }
}
