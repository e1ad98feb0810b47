/** From where to where each checkout goes, and where a rollback would take it. */
import type { Release } from '../../workflows/model.js';
import { headCommit, isReachable } from '../git/history.js';
import type { Step } from '../shared/step.js';
import { pinKey } from '../stack/settings.js';
import type { StagedView } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';
import { gitOptions } from './open.js';
import type { PlanRecord } from './records.js';

export type Moves = Pick<PlanRecord, 'from' | 'to' | 'back' | 'resets' | 'pins'>;

/** A rollback goes to the recorded release where that is an ancestor of what is checked out, else to what was checked out. */
export async function movesOf(
  view: StagedView,
  release: Release | undefined,
  pins: Readonly<Record<string, string>>,
  step: Step,
  deps: Dependencies,
): Promise<Moves> {
  const git = gitOptions(deps, step.signal);
  const moves: Moves = { from: {}, to: {}, back: {}, resets: [], pins: {} };
  for (const { name, dir, commit } of view.staged.checkouts) {
    const head = await headCommit(dir, git);
    const recorded = release?.commits[name];
    const returns = recorded !== undefined && (await isReachable({ name, dir }, recorded, head, git));
    moves.from[name] = head;
    moves.to[name] = commit;
    moves.back[name] = returns ? recorded : head;
    const pin = pins[pinKey(name)];
    if (pin !== undefined) moves.pins[name] = pin;
    // A rewritten upstream that is followed, or a rollback by hand. A pin need not lie on any branch.
    if (pin !== undefined || !(await isReachable({ name, dir }, head, commit, git))) moves.resets.push(name);
  }
  return moves;
}
