/** What is told of a deployment that ended and of a look. Pure. */
import { NO_WINDOW, PHASES, type Outcome, type Phase, type StackWord } from '../../workflows/contract.js';
import type { Commits, WaitingRelease } from '../../workflows/model.js';
import type { Redact } from '../shared/redact.js';
import type { NoticeKind } from '../stack/notify.js';

export interface Notice {
  kind: NoticeKind;
  stack: string;
  host: string;
  /** Of the deployment; absent when it is about a look. */
  number?: number;
  /** One line. */
  title: string;
  text: string;
  /** What a person must do. */
  todo?: string;
  checkouts?: NoticeCheckout[];
  /** ISO 8601, UTC. */
  at: string;
  /** Perhaps a hiccup: told when it is seen twice in a row. */
  unsure?: true;
  /** No look can see whether this is over, only a deployment that succeeds. */
  lasting?: true;
}

export interface NoticeCheckout {
  name: string;
  /** Full commit ids. */
  from?: string;
  to?: string;
  /** Of the newest commit. */
  subject?: string;
}

export interface EndedDeployment {
  host: string;
  stack: string;
  number: number;
  outcome: Outcome;
  /** In which it ended. */
  phase: Phase;
  /** Why it ended so. */
  message: string;
  /** Why it was begun. */
  reason: string;
  by?: string;
  checkouts?: NoticeCheckout[];
  /** With outcome `waiting`: for what. Unless given, for a person. */
  waiting?: Pick<WaitingRelease, 'needsApproval' | 'opensAt'>;
  /** ISO 8601, UTC. */
  at: string;
}

export interface Look {
  host: string;
  stack: string;
  word: StackWord;
  reason: string;
  remedy?: string;
  checkouts?: NoticeCheckout[];
  at: string;
}

export interface EndedJob {
  host: string;
  stack: string;
  job: string;
  /** Absent: it ended well. `what`: the rest of a sentence. */
  trouble?: { what: string; text: string };
  at: string;
}

export interface HeldUp {
  host: string;
  stack: string;
  number: number;
  /** What is waited for, a sentence. */
  why: string;
  at: string;
}

/** Undefined: nobody need hear of it. What repeats, and whether it is wanted at all, is decided by `decide`. */
export function noticeOfDeployment(ended: EndedDeployment): Notice | undefined {
  const told = toldOf(ended);
  if (told === undefined) return undefined;
  const { stack, host, number, checkouts, at, reason, by } = ended;
  const { ends, ...rest } = told;
  const asked = by === undefined ? reason : `${reason} (${by})`;
  return {
    stack,
    host,
    number,
    title: `${stack} on ${host}: deployment ${number} ${ends}`,
    ...rest,
    text: [rest.text, ...(asked === '' ? [] : [`Begun because: ${asked}`])].join('\n\n'),
    ...(checkouts && { checkouts }),
    at,
  };
}

type Told = Pick<Notice, 'kind' | 'text' | 'todo' | 'unsure' | 'lasting'> & { ends: string };

function toldOf({ outcome, phase, message, number, waiting }: EndedDeployment): Told | undefined {
  switch (outcome) {
    case 'deployed':
      return { kind: 'deployed', ends: 'succeeded', text: message };
    case 'failed':
      return { kind: 'failed', ends: `failed in ${phase}`, text: `${message}${unchanged(phase)}` };
    case 'rolled back':
      return {
        kind: 'rolled-back',
        ends: 'was rolled back',
        text: `${message}\n\nThe former release runs again.`,
        todo: 'Push a commit that mends it, or insist on this release with: birdkeeper deploy --force',
      };
    case 'roll back failed':
      return {
        kind: 'failed',
        ends: 'failed and could not be rolled back',
        text: message,
        todo: 'The stack was left as it runs and needs a person now: birdkeeper status shows what is wrong.',
        lasting: true,
      };
    case 'roll back withheld':
      return {
        kind: 'failed',
        ends: 'failed and waits for a person',
        text: message,
        todo: 'Mend it by a push, keep it with birdkeeper deploy --force, or go back with birdkeeper rollback',
        lasting: true,
      };
    case 'blocked':
      return { kind: 'blocked', ends: 'is blocked', text: message };
    case 'degraded':
      return { kind: 'blocked', ends: 'could not look at every checkout', text: message, unsure: true };
    case 'waiting':
      return waitingTold(number, message, waiting);
    case 'up to date':
    case 'quarantined':
    case 'cancelled':
    case 'rejected':
      return undefined;
  }
}

/** A window that opens needs nobody; one of which none is known does. */
function waitingTold(number: number, message: string, waiting: EndedDeployment['waiting']): Told | undefined {
  const needsApproval = waiting?.needsApproval ?? true;
  if (needsApproval) {
    const todo = `birdkeeper approve ${number}, or birdkeeper reject ${number}`;
    return { kind: 'waiting', ends: 'waits for approval', text: message, todo };
  }
  if (waiting?.opensAt !== NO_WINDOW) return undefined;
  const todo = 'Change BIRDKEEPER_DEPLOY_WINDOWS or BIRDKEEPER_DEPLOY_FREEZE: no window is known that opens.';
  return { kind: 'waiting', ends: 'waits for a window that never opens', text: message, todo };
}

/** A deployment whose step waits for its surroundings and does not end: nobody hears of it otherwise. */
export function noticeOfHeldUp({ host, stack, number, why, at }: HeldUp): Notice {
  return {
    kind: 'blocked',
    stack,
    host,
    number,
    title: `${stack} on ${host}: deployment ${number} is held up`,
    text: why,
    todo: 'It goes on by itself when that is mended. Where it stands: birdkeeper status',
    at,
  };
}

const unchanged = (phase: Phase): string =>
  PHASES.indexOf(phase) < PHASES.indexOf('advance') ? '\n\nNothing was changed: what ran before still runs.' : '';

/** `recovered` of a look that is up to date means: when something bad was told before. */
export function noticeOfLook({ host, stack, word, reason, remedy, checkouts, at }: Look): Notice | undefined {
  const about = { stack, host, text: reason, ...(remedy && { todo: remedy }), ...(checkouts && { checkouts }), at };
  switch (word) {
    case 'blocked':
      return { kind: 'blocked', title: `${stack} on ${host} is blocked`, ...about };
    case 'degraded':
      return { kind: 'blocked', title: `${stack} on ${host}: not every checkout can be seen`, ...about, unsure: true };
    case 'up to date':
      return { kind: 'recovered', title: `${stack} on ${host} is up to date again`, ...about };
    case 'behind':
    case 'skipped by conditional trigger':
    case 'quarantined':
    case 'drifted':
      return undefined;
  }
}

/** A run of a job that ended, or that keeps the next ones from beginning. `recovered` means: when something bad was told before. */
export function noticeOfJob({ host, stack, job, trouble, at }: EndedJob): Notice {
  const about = { stack, host, at };
  if (trouble === undefined)
    return {
      kind: 'recovered',
      title: `${stack} on ${host}: job ${job} is done again`,
      text: 'Its newest run ended well.',
      ...about,
    };
  return {
    kind: 'job-failed',
    title: `${stack} on ${host}: job ${job} ${trouble.what}`,
    text: trouble.text,
    todo: `What it said: birdkeeper jobs logs ${job}. Once more: birdkeeper jobs run ${job}`,
    ...about,
  };
}

const WAS: Readonly<Record<'failed' | 'rolled-back' | 'blocked' | 'job-failed', string>> = {
  'job-failed': 'failed',
  failed: 'failed',
  'rolled-back': 'was rolled back',
  blocked: 'was blocked',
};

/** The good news that ends a bad state which was told at `was.at`. */
export function asRecovery(news: Notice, was: { kind: keyof typeof WAS; at: string }): Notice {
  const { stack, host, number } = news;
  const title = number === undefined ? news.title : `${stack} on ${host} has recovered: deployment ${number} succeeded`;
  return { ...news, kind: 'recovered', title, text: `${news.text}\n\nIt ${WAS[was.kind]} (told at ${was.at}).` };
}

/** Checkouts whose commit differs, for a notice. */
export function movedCheckouts(
  from: Commits,
  to: Commits,
  subjects: Readonly<Record<string, string | undefined>> = {},
): NoticeCheckout[] {
  return Object.entries(to).flatMap(([name, commit]) => {
    const former = Object.hasOwn(from, name) ? from[name] : undefined;
    if (former === commit) return [];
    const subject = Object.hasOwn(subjects, name) ? subjects[name] : undefined;
    return [{ name, ...(former && { from: former }), to: commit, ...(subject && { subject }) }];
  });
}

/** Every text that people wrote or that programs said, without secrets. */
export function redactNotice(notice: Notice, redact: Redact): Notice {
  const { title, text, todo, checkouts } = notice;
  return {
    ...notice,
    title: redact(title),
    text: redact(text),
    ...(todo !== undefined && { todo: redact(todo) }),
    ...(checkouts && {
      checkouts: checkouts.map((checkout) => ({
        ...checkout,
        ...(checkout.subject !== undefined && { subject: redact(checkout.subject) }),
      })),
    }),
  };
}
