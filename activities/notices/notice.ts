/** What is told of a deployment that ended and of a look. Pure. */
import { NO_WINDOW, PHASES, type Outcome, type Phase, type StackWord } from '../../workflows/contract.js';
import type { Commits, WaitingRelease } from '../../workflows/model.js';
import type { Redact } from '../shared/redact.js';
import type { NoticeKind } from '../stack/notify.js';
import {
  blockedLine,
  deploymentLine,
  IS_DONE_AGAIN,
  jobLine,
  jobTodo,
  NOTHING_CHANGED,
  OUTCOME_WORDS,
  RUNS_AGAIN,
  unseenLine,
  type Words,
} from './words.js';

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
    title: deploymentLine(`${stack} on ${host}`, number, ends),
    ...rest,
    text: [rest.text, ...(asked === '' ? [] : [`Begun because: ${asked}`])].join('\n\n'),
    ...(checkouts && { checkouts }),
    at,
  };
}

type Told = Pick<Notice, 'kind' | 'text' | 'todo' | 'unsure' | 'lasting'> & { ends: string };

function toldOf({ outcome, phase, message, number, waiting }: EndedDeployment): Told | undefined {
  const said = ({ ends, todo }: Words) => ({ ends: ends(phase), ...(todo !== undefined && { todo }) });
  switch (outcome) {
    case 'deployed':
      return { kind: 'deployed', text: message, ...said(OUTCOME_WORDS[outcome]) };
    case 'failed':
      return { kind: 'failed', text: `${message}${unchanged(phase)}`, ...said(OUTCOME_WORDS[outcome]) };
    case 'rolled back':
      return {
        kind: 'rolled-back',
        text: `${message}\n\n${RUNS_AGAIN}`,
        ...said(OUTCOME_WORDS[outcome]),
      };
    case 'roll back failed':
    case 'roll back withheld':
      return { kind: 'failed', text: message, ...said(OUTCOME_WORDS[outcome]), lasting: true };
    case 'blocked':
      return { kind: 'blocked', text: message, ...said(OUTCOME_WORDS[outcome]) };
    case 'degraded':
      return { kind: 'blocked', text: message, ...said(OUTCOME_WORDS[outcome]), unsure: true };
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
    title: deploymentLine(`${stack} on ${host}`, number, 'is held up'),
    text: why,
    todo: 'It goes on by itself when that is mended. Where it stands: birdkeeper status',
    at,
  };
}

const unchanged = (phase: Phase): string =>
  PHASES.indexOf(phase) < PHASES.indexOf('advance') ? `\n\n${NOTHING_CHANGED}` : '';

/** `recovered` of a look that is up to date means: when something bad was told before. */
export function noticeOfLook({ host, stack, word, reason, remedy, checkouts, at }: Look): Notice | undefined {
  const about = { stack, host, text: reason, ...(remedy && { todo: remedy }), ...(checkouts && { checkouts }), at };
  switch (word) {
    case 'blocked':
      return { kind: 'blocked', title: blockedLine(`${stack} on ${host}`), ...about };
    case 'degraded':
      return { kind: 'blocked', title: unseenLine(`${stack} on ${host}`), ...about, unsure: true };
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
      title: jobLine(`${stack} on ${host}`, job, IS_DONE_AGAIN),
      text: 'Its newest run ended well.',
      ...about,
    };
  return {
    kind: 'job-failed',
    title: jobLine(`${stack} on ${host}`, job, trouble.what),
    text: trouble.text,
    todo: jobTodo(job),
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
