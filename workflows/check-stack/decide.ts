import type { CheckoutWord } from '../contract.js';
import type {
  CheckoutObservation,
  Commits,
  CommitsVerdict,
  QuarantinedRelease,
  StackDecision,
  StackObservation,
} from '../model.js';

/** A person must act on the checkout before anything can be deployed; what clears it. */
const BLOCKING: Partial<Record<CheckoutWord, string>> = {
  dirty: 'commit, revert or ignore these files',
  diverged: 'bring the branch back onto its upstream (git rebase, or git reset --hard to the upstream)',
  detached: 'check out a branch that has an upstream',
  'no upstream': 'set one: git branch --set-upstream-to=REMOTE/BRANCH',
  'upstream gone': 'the branch was deleted on the remote: check out another, or push it again',
};

/** The checkout cannot be looked at; the next look may succeed. */
const UNSEEN: readonly CheckoutWord[] = ['unreachable', 'not a repository', 'missing'];

/**
 * What a look at a stack means. Pure.
 *
 * All checkouts advance, or none: one that is blocked or cannot be seen stops the others, because a half-updated stack is
 * worse than a late one. What is deployed is compared with what is wanted, not with what is checked out, so that a machine
 * that died between `advance` and `record` finishes without a new commit.
 */
export function decideStack(seen: StackObservation): StackDecision {
  const wanted = wantedCommits(seen.checkouts);
  const verdict =
    interruptedVerdict(seen) ??
    blockedVerdict(seen.checkouts) ??
    degradedVerdict(seen.checkouts) ??
    unfinishedVerdict(seen) ??
    behindVerdict(seen, wanted) ??
    unreadableVerdict(seen) ??
    unaskedVerdict(seen) ??
    driftedVerdict(seen) ??
    UP_TO_DATE;
  return { repair: false, ...verdict, wanted };
}

/** What the new commits say changes what a look means. Pure. */
export function afterVerify(decision: StackDecision, verdict: CommitsVerdict): StackDecision {
  if (verdict.unsigned.length > 0 || verdict.forPerson.length > 0) return { ...decision, ...blockedBy(verdict) };
  if (!verdict.skips) return decision;
  const answers = verdict.triggers.map(({ checkout, detail }) => `${checkout}: ${detail}`);
  return {
    ...decision,
    word: 'skipped by conditional trigger',
    reason: `${decision.reason} ${sentences(answers)}`,
  };
}

/** A signature is missing, or the push says that a person must act first. */
export function blockedBy({
  unsigned,
  forPerson,
}: CommitsVerdict): Pick<StackDecision, 'word' | 'deploys' | 'reason' | 'remedy'> {
  const remedy = [
    ...(unsigned.length > 0 ? ['sign these commits with a key that is listed, or push one that is'] : []),
    ...(forPerson.length > 0 ? ['do what the push asks for, then: birdkeeper deploy --force'] : []),
  ].join('; ');
  return { word: 'blocked', deploys: false, reason: sentences([...unsigned, ...forPerson]), remedy };
}

type Verdict = Omit<StackDecision, 'wanted' | 'repair'> & { repair?: boolean };

const UP_TO_DATE: Verdict = {
  word: 'up to date',
  deploys: false,
  reason: 'every checkout is level with its upstream and deployed.',
};

/** Half-written files of a killed `advance` look like local changes: only a deployment can tell them apart. */
function interruptedVerdict({ interrupted, unfinished }: StackObservation): Verdict | undefined {
  if (interrupted !== true) return undefined;
  const reason = `deployment ${unfinished ?? '?'} was interrupted while checkouts moved.`;
  return { word: 'drifted', deploys: true, repair: true, reason };
}

function blockedVerdict(checkouts: readonly CheckoutObservation[]): Verdict | undefined {
  const blocked = checkouts.filter(({ word }) => word in BLOCKING);
  if (blocked.length === 0) return undefined;
  const unseen = checkouts.filter(({ word }) => UNSEEN.includes(word));
  return {
    word: 'blocked',
    deploys: false,
    reason: sentences([...blocked, ...unseen].map(describeCheckout)),
    remedy: sentences(blocked.map(remedyFor)),
  };
}

function remedyFor({ name, word, pin, rewritten }: CheckoutObservation): string {
  if (word === 'upstream gone' && pin !== undefined)
    return `${name}: push that tag, or correct the pin (BIRDKEEPER_PIN_…)`;
  if (rewritten) return `${name}: ${BLOCKING[word]}, or let it be followed: BIRDKEEPER_REWRITTEN_UPSTREAM=follow`;
  return `${name}: ${BLOCKING[word]}`;
}

function degradedVerdict(checkouts: readonly CheckoutObservation[]): Verdict | undefined {
  const unseen = checkouts.filter(({ word }) => UNSEEN.includes(word));
  if (unseen.length === 0) return undefined;
  const reason = `${sentences(unseen.map(describeCheckout))} Nothing moves until every checkout can be looked at.`;
  return { word: 'degraded', deploys: false, reason };
}

function unfinishedVerdict({ unfinished }: StackObservation): Verdict | undefined {
  if (unfinished === undefined) return undefined;
  return { word: 'drifted', deploys: true, repair: true, reason: `deployment ${unfinished} never finished.` };
}

function behindVerdict(seen: StackObservation, wanted: Commits): Verdict | undefined {
  const changes = [...describeChanges(seen), ...(seen.movedImages ?? []).map(describeMoved)];
  if (changes.length === 0) return undefined;
  const bad = seen.quarantined.find(
    (release) => sameCommits(release.commits, wanted) && bringsTheSame(release, seen.movedImages ?? []),
  );
  if (bad) return { word: 'quarantined', deploys: false, ...describeQuarantine(bad) };
  return { word: 'behind', deploys: true, reason: sentences(changes) };
}

/** A push may mend it, so it hides nothing that is behind. */
function unreadableVerdict({ configurationError }: StackObservation): Verdict | undefined {
  if (configurationError === undefined) return undefined;
  return {
    word: 'blocked',
    deploys: false,
    reason: `the configuration cannot be read: ${configurationError}`,
    remedy: 'mend it in place, or push a commit that does',
  };
}

/** Moved tags are to be followed, and nobody knows whether one moved. */
function unaskedVerdict({ imagesError }: StackObservation): Verdict | undefined {
  if (imagesError === undefined) return undefined;
  return { word: 'degraded', deploys: false, reason: `the registry cannot be asked for moved tags: ${imagesError}` };
}

function driftedVerdict({ drift, repairsDrift = false }: StackObservation): Verdict | undefined {
  if (drift.length === 0) return undefined;
  if (repairsDrift) return { word: 'drifted', deploys: true, repair: true, reason: sentences([...drift]) };
  const remedy = 'put it right with: birdkeeper deploy --force';
  return { word: 'drifted', deploys: false, repair: true, reason: sentences([...drift]), remedy };
}

/** Upstream's commit where the checkout is behind, its own elsewhere; what cannot be seen is left out. */
export function wantedCommits(checkouts: readonly CheckoutObservation[]): Commits {
  return Object.fromEntries(
    checkouts.flatMap(({ name, word, upstreamCommit, head }) => {
      const commit = word === 'behind' ? upstreamCommit : head;
      return commit === undefined ? [] : [[name, commit]];
    }),
  );
}

export function sameCommits(a: Commits, b: Commits): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** A directory may be called `constructor`. */
const commitOf = (commits: Commits, name: string): string | undefined =>
  Object.hasOwn(commits, name) ? commits[name] : undefined;

/** One line for people: `private is behind origin/main by 2 (4f2a91c Raise the limit)`. */
export function describeCheckout(checkout: CheckoutObservation): string {
  const { name, word, upstream = 'its upstream' } = checkout;
  switch (word) {
    case 'up to date':
      return `${name} is level with ${upstream}`;
    case 'behind':
      return describeBehind(checkout, upstream);
    case 'ahead':
      return `${name} is ahead of ${upstream} by ${checkout.ahead}; local commits are not deployed by themselves`;
    case 'diverged':
      return `${name} has diverged from ${upstream} (${checkout.ahead} of its own, ${checkout.behind} missing)${because(checkout)}`;
    case 'dirty':
      return `${name} has local changes: ${(checkout.files ?? []).join(', ')}`;
    case 'detached':
      return `${name} is detached at ${short(checkout.head)}: no branch to follow`;
    case 'no upstream':
      return `${name}: branch ${checkout.branch ?? '?'} has no upstream to follow`;
    case 'upstream gone':
      return checkout.pin === undefined
        ? `${name}: ${upstream} no longer exists on the remote`
        : `${name}: ${checkout.error ?? `its pin ${checkout.pin} does not exist`}`;
    case 'unreachable':
    case 'not a repository':
    case 'missing':
      return `${name} is ${word}: ${checkout.error ?? checkout.dir}`;
  }
}

const because = ({ error }: CheckoutObservation): string => (error === undefined ? '' : `: ${error}`);

function describeBehind(checkout: CheckoutObservation, upstream: string): string {
  const { name, pin, rewritten } = checkout;
  if (pin !== undefined) return `${name} is pinned to ${pin} and is not there${tip(checkout)}`;
  if (rewritten) return `${name} follows ${upstream}, which was rewritten${tip(checkout)}`;
  return `${name} is behind ${upstream} by ${checkout.behind}${tip(checkout)}`;
}

export const short = (commit: string | undefined): string => (commit ?? 'unknown').slice(0, 7);

function describeChanges({ checkouts, deployed, running }: StackObservation): string[] {
  const behind = checkouts.filter(({ word }) => word === 'behind').map(describeCheckout);
  if (behind.length > 0) return behind;
  if (deployed === null) return [running === 0 ? 'nothing runs and nothing is recorded' : 'what runs is not recorded'];
  // Local commits do not trigger: a person develops there.
  return checkouts
    .map((checkout) => ({ ...checkout, recorded: commitOf(deployed.commits, checkout.name) }))
    .filter(({ word, head, recorded }) => word !== 'ahead' && recorded !== head)
    .map(({ name, head, recorded }) => `${name} is checked out at ${short(head)}, deployed is ${short(recorded)}`);
}

const describeMoved = ({ reference, digest }: { reference: string; digest: string }): string =>
  `${reference} moved in the registry (${digest.slice(0, 19)})`;

/** A release that was found bad with the images of that time is another one when a tag has moved since. */
function bringsTheSame(
  { images = {} }: QuarantinedRelease,
  moved: readonly { reference: string; digest: string }[],
): boolean {
  return moved.every(({ reference, digest }) => images[reference] === digest);
}

function describeQuarantine({ number, reason }: QuarantinedRelease): { reason: string; remedy: string } {
  return {
    reason: `not again since deployment ${number}: ${reason}`,
    remedy: 'push a commit that mends it, or insist with: birdkeeper deploy --force',
  };
}

function tip({ upstreamCommit, subject }: CheckoutObservation): string {
  return upstreamCommit === undefined ? '' : ` (${short(upstreamCommit)}${subject === undefined ? '' : ` ${subject}`})`;
}

const sentences = (parts: string[]): string => parts.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(' ');
