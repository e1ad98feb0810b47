/**
 * What to do with one checkout that is to stand at one of two commits. Pure: everything it knows was read from the
 * repository and the disk just before.
 */

/** What a path that differs between the two commits holds now, compared as git would have written it. */
export type OnDisk = 'from' | 'to' | 'cut short' | 'absent' | 'other';

/** reset: the branch may go anywhere, and HEAD need not be on one. */
export type Moves = 'fast-forward' | 'reset';

export interface MoveFacts {
  from: string;
  to: string;
  target: 'from' | 'to';
  /** Commit of HEAD; undefined when the branch has none. */
  head: string | undefined;
  detached: boolean;
  /** A command of ours may have been killed in this checkout: an intent was on disk before this attempt. */
  interrupted: boolean;
  /** `fast-forward` unless given. */
  moves?: Moves | undefined;
  /** Each path that differs between `from` and `to`. Looked at only when `interrupted`. */
  changed: readonly { path: string; disk: OnDisk }[];
  /** Which of the two commits the index holds; a person's staging makes it neither. */
  index: 'from' | 'to' | 'neither';
  /** Tracked paths with changes that cannot be ours: all when not `interrupted`, else those outside of `changed`. */
  edited: readonly string[];
  /** Untracked paths that are not ignored, without those of `changed` when `interrupted`. */
  untracked: readonly string[];
  /** Paths that only the target has, where something lies already. */
  inTheWay: readonly string[];
  /** Lock files of git in this repository. */
  locks: readonly string[];
  /** Processes of git that work in this checkout. */
  gitRunning: readonly number[];
}

export type MovePlan =
  | { do: 'nothing' }
  /** Everything stands at the other commit: git moves it by itself. */
  | { do: 'move' }
  /** A killed command left it between the two: locks go, every changed path is written again. */
  | { do: 'repair'; locks: readonly string[] }
  /** A command of git is at work; it will be over. */
  | { do: 'wait'; reason: string }
  /** A person was here: nothing is touched. */
  | { do: 'leave'; reason: string; files: readonly string[] };

export function planMove(facts: MoveFacts): MovePlan {
  const goal = facts[facts.target];
  const { from, to, head, detached } = facts;
  if (head === undefined || (head !== from && head !== to)) {
    return leave(`HEAD is at ${short(head)}, neither at ${short(from)} nor at ${short(to)}: somebody moved it`);
  }
  if (head !== goal && detached && facts.moves !== 'reset')
    return leave('HEAD is detached: somebody checked out a commit');
  if (from === to || (head === goal && !facts.interrupted)) return { do: 'nothing' };
  return facts.interrupted ? planInterrupted(facts) : planUndisturbed(facts);
}

/** Nothing of ours was at work: whatever differs is a person's, and so is every lock. */
function planUndisturbed(facts: MoveFacts): MovePlan {
  const differing = [...facts.edited, ...blockingUntracked(facts)];
  if (differing.length > 0) return leave('files were changed here', differing);
  if (facts.locks.length > 0) return locked(facts);
  return facts.inTheWay.length > 0 ? leave('files lie where others would be written', facts.inTheWay) : { do: 'move' };
}

/**
 * A kill leaves changed paths with the content of either commit, cut short (empty included) or absent: git writes each
 * file from its beginning, and removes before it writes. Anything else no command of ours can have made.
 */
function planInterrupted(facts: MoveFacts): MovePlan {
  if (facts.locks.length > 0 && facts.gitRunning.length > 0) return locked(facts);
  const foreign = facts.changed.filter(({ disk }) => disk === 'other').map(({ path }) => path);
  const differing = [...foreign, ...facts.edited, ...blockingUntracked(facts)];
  if (differing.length > 0) return leave('files hold what no release of ours has', differing);
  if (facts.index === 'neither') return leave('something was staged here');
  if (standsAt(facts, facts.target)) return { do: 'nothing' };
  return standsAt(facts, other(facts.target)) ? { do: 'move' } : { do: 'repair', locks: facts.locks };
}

/** HEAD, index and every changed path: a kill between any two of them is not over yet. */
const standsAt = (facts: MoveFacts, side: 'from' | 'to'): boolean =>
  facts.locks.length === 0 &&
  facts.head === facts[side] &&
  facts.index === side &&
  facts.changed.every(({ disk }) => disk === side);

/**
 * Forward, an untracked file means that the checkout is no longer what was inspected. Back, containers of the release
 * that is taken back may have written beside the files: that must not keep it in place.
 */
const blockingUntracked = ({ target, untracked }: MoveFacts): readonly string[] => (target === 'to' ? untracked : []);

function locked({ gitRunning, locks }: MoveFacts): MovePlan {
  if (gitRunning.length > 0) {
    return { do: 'wait', reason: `git is at work here (process ${gitRunning.join(', ')})` };
  }
  return leave('git was interrupted here by somebody: when no git runs, remove', locks);
}

const other = (target: 'from' | 'to'): 'from' | 'to' => (target === 'to' ? 'from' : 'to');
const leave = (reason: string, files: readonly string[] = []): MovePlan => ({ do: 'leave', reason, files });
const short = (commit: string | undefined): string => commit?.slice(0, 12) ?? 'no commit';
