/** The one word for what was seen of a checkout. Pure. */
import type { CheckoutWord } from '../../workflows/contract.js';
import type { CheckoutObservation } from '../../workflows/model.js';
import { shownPath } from './shown-path.js';

export interface CheckoutFacts {
  name: string;
  dir: string;
  /** The directory could not be read as a checkout; nothing else is known then. */
  problem?: { word: 'missing' | 'not a repository'; error: string };
  /** Undefined when detached. */
  branch?: string;
  /** Short name; set as soon as one is configured, also when its branch is gone. */
  upstream?: string;
  head?: string;
  /** Undefined when the remote-tracking branch does not exist. */
  upstreamCommit?: string;
  behind: number;
  ahead: number;
  /** Paths with local changes, tracked and untracked. */
  files: string[];
  /** Why the remote could not be asked. */
  fetchError?: string;
  subject?: string;
  /** Followed in the place of the upstream: `upstreamCommit` is its commit, `ahead` counts a person's own commits. */
  pin?: string;
  /** The remote was asked and has no such tag or commit. */
  pinError?: string;
  /** HEAD was the upstream's commit before it was force-pushed, so nothing here is a person's. */
  rewritten?: boolean;
  /** The operator wants a rewritten upstream followed. */
  followsRewrites?: boolean;
}

const MAX_FILES = 20;

/**
 * Precedence, when several words hold:
 * 1. missing, not a repository: nothing else can be known.
 * 2. dirty: nothing may move, whatever the remote says, and the files are the first thing a person must see.
 * 3. detached, no upstream: there is nothing to compare with, and nothing that could have been asked.
 * 4. unreachable: what follows rests on remote-tracking refs that may be old. The counts stay in the observation.
 * 5. upstream gone: it was asked, and has no such branch.
 * 6. diverged, ahead, behind, up to date: by the counts.
 * A pin needs neither branch nor upstream, and may lie behind HEAD.
 */
export function wordOf(facts: CheckoutFacts): CheckoutWord {
  if (facts.problem) return facts.problem.word;
  if (facts.files.length > 0) return 'dirty';
  if (facts.pin !== undefined) return wordOfPinned(facts);
  if (facts.branch === undefined) return 'detached';
  if (facts.upstream === undefined || facts.head === undefined) return 'no upstream';
  if (facts.fetchError !== undefined) return 'unreachable';
  if (facts.upstreamCommit === undefined) return 'upstream gone';
  if (facts.ahead > 0 && facts.rewritten && facts.followsRewrites) return 'behind';
  if (facts.ahead > 0 && facts.behind > 0) return 'diverged';
  if (facts.ahead > 0) return 'ahead';
  return facts.behind > 0 ? 'behind' : 'up to date';
}

function wordOfPinned({ head, upstreamCommit, ahead, fetchError, pinError }: CheckoutFacts): CheckoutWord {
  if (head === undefined) return 'no upstream';
  if (fetchError !== undefined) return 'unreachable';
  if (upstreamCommit === undefined || pinError !== undefined) return 'upstream gone';
  if (head === upstreamCommit) return 'up to date';
  return ahead > 0 ? 'diverged' : 'behind';
}

export function classify(facts: CheckoutFacts): CheckoutObservation {
  const { name, dir, branch, upstream, head, upstreamCommit, behind, ahead, files, subject, pin } = facts;
  const error =
    facts.problem?.error ?? facts.fetchError ?? facts.pinError ?? withoutCommit(facts) ?? rewriteError(facts);
  return {
    name,
    dir,
    word: wordOf(facts),
    behind,
    ahead,
    ...(branch === undefined ? {} : { branch }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(head === undefined ? {} : { head }),
    ...(upstreamCommit === undefined ? {} : { upstreamCommit }),
    ...(files.length === 0 ? {} : { files: capped(files.map(shownPath)) }),
    ...(error === undefined ? {} : { error }),
    ...(subject === undefined ? {} : { subject }),
    ...(pin === undefined ? {} : { pin }),
    ...(facts.rewritten ? { rewritten: true } : {}),
  };
}

function withoutCommit({ problem, branch, head }: CheckoutFacts): string | undefined {
  if (problem || branch === undefined || head !== undefined) return undefined;
  return `branch ${branch} has no commit yet`;
}

function rewriteError({ rewritten, followsRewrites, upstream }: CheckoutFacts): string | undefined {
  if (!rewritten || followsRewrites) return undefined;
  // A branch may be called `$(…)`, and people paste this.
  const name = upstream !== undefined && /^\w[\w./-]*$/.test(upstream) ? upstream : '@{upstream}';
  return `${upstream ?? 'the upstream'} was rewritten (force-pushed), and nothing here is a person's. Follow it: git reset --keep ${name}, or always, with BIRDKEEPER_REWRITTEN_UPSTREAM=follow`;
}

export function capped(files: readonly string[], max = MAX_FILES): string[] {
  if (files.length <= max) return [...files];
  return [...files.slice(0, max), `… and ${files.length - max} more`];
}
