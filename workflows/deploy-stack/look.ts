/** The first part of a deployment: may we, must we, and which commits? Nothing moves. */
import { decideStack } from '../check-stack/decide.js';
import type { StackDecision } from '../model.js';
import * as plan from './plan.js';
import type { Ending, Telling } from './run.js';

export interface Looked {
  /** Its `wanted` are the commits that the deployment brings. */
  decision: StackDecision;
  /** The conditional triggers said no: checkouts advance, nothing is touched. */
  skip: boolean;
  /** Number of the kept release that is gone back to. */
  release?: number;
}

export async function look(telling: Telling): Promise<Looked | Ending> {
  const { ask, act, tell } = telling;
  const { stack, number } = ask;
  tell.phase('inspect');
  const local = await act.observeStack({ stack, number, fetch: false });
  const decision = tell.looked(local, decideStack(local));
  const mayNot = plan.endAfterInspect(local);
  if (mayNot) return mayNot;
  return ask.rollbackTo === undefined ? lookForward(telling) : lookBack(telling, decision, ask.rollbackTo);
}

/** fetch and verify: what the remotes have, and whether it may be brought here. */
async function lookForward({ ask, act, tell }: Telling): Promise<Looked | Ending> {
  const { stack, number, force } = ask;
  tell.phase('fetch');
  const seen = await act.observeStack({ stack, number, fetch: true });
  const decision = tell.looked(seen, plan.exactly(decideStack(seen), ask.release));
  const ends = plan.endAfterFetch(decision, force);
  if (ends) return ends;
  if (seen.verify !== true) return { decision, skip: false };

  tell.phase('verify');
  const verdict = await act.verifyCommits({ stack, number, commits: decision.wanted });
  const refused = plan.endAfterVerify(verdict, force);
  return refused ?? { decision: tell.verified(decision, verdict), skip: verdict.skips && !force };
}

/** A former release is on the host already: no remote is asked, and what a person wants back is not verified again. */
async function lookBack({ ask, act, tell }: Telling, decision: StackDecision, to: number): Promise<Looked> {
  const { stack, number } = ask;
  const { release, commits } = await act.recallRelease({ stack, number, release: to });
  // A checkout that came later than that release stays where it is.
  const wanted = { ...decision.wanted, ...commits };
  return {
    decision: tell.wants({ ...decision, word: 'behind', reason: `back to release ${release}.`, wanted }),
    skip: false,
    release,
  };
}
