/** A notice as mail, for Slack-compatible webhooks, and as JSON. Pure; what comes in is foreign text, commit subjects too. */
import type { Notice, NoticeCheckout } from './notice.js';

const SUBJECT_CHARACTERS = 120;
const TEXT_CHARACTERS = 8000;
const TODO_CHARACTERS = 800;
/** Discord takes 2000; Slack cuts at 4000 and Mattermost at more. */
const CHAT_CHARACTERS = 1900;
/** Leaves room for what to do and the commits. */
const CHAT_TEXT_CHARACTERS = 900;
/** A look can name every checkout there is. */
const CHECKOUTS = 20;

export interface Mail {
  /** One line of at most 120 characters. */
  subject: string;
  text: string;
}

export function renderMail(notice: Notice): Mail {
  const { stack, host, number, at } = notice;
  const subject = clip(oneLine(`[birdkeeper] ${notice.title}`), SUBJECT_CHARACTERS);
  const about = number === undefined ? '' : `, deployment ${number}`;
  const parts = [...bodyOf(notice, TEXT_CHARACTERS), `Stack ${stack} on ${host}${about}, ${at}`];
  return { subject, text: `${clean(parts.join('\n\n'))}\n` };
}

/** `{text}` as Slack wants it escaped; nobody is mentioned by it. */
export function renderSlack(notice: Notice): { text: string } {
  const title = `*${oneLine(notice.title).replaceAll('*', '∗')}*`;
  const text = clean([title, ...bodyOf(notice, CHAT_TEXT_CHARACTERS)].join('\n\n'));
  return { text: clipEscaped(withoutMentions(text), CHAT_CHARACTERS) };
}

/** Every key is always there. */
export interface JsonNotice {
  v: 1;
  kind: Notice['kind'];
  stack: string;
  host: string;
  number: number | null;
  title: string;
  text: string;
  todo: string | null;
  checkouts: { name: string; from: string | null; to: string | null; subject: string | null }[];
  at: string;
}

export function renderJson({ kind, stack, host, number, title, text, todo, checkouts, at }: Notice): JsonNotice {
  return {
    v: 1,
    kind,
    stack,
    host,
    number: number ?? null,
    title: oneLine(title),
    text: clip(clean(text), TEXT_CHARACTERS),
    todo: todo === undefined ? null : clip(clean(todo), TEXT_CHARACTERS),
    checkouts: (checkouts ?? []).map(({ name, from, to, subject }) => ({
      name: oneLine(name),
      from: from ?? null,
      to: to ?? null,
      subject: subject === undefined ? null : oneLine(subject),
    })),
    at,
  };
}

function bodyOf({ text, todo, checkouts = [] }: Notice, characters: number): string[] {
  const listed = checkouts.slice(0, CHECKOUTS).map(describe);
  const more = checkouts.length > CHECKOUTS ? [`… and ${checkouts.length - CHECKOUTS} more`] : [];
  return [
    // What to do comes first: a chat or a phone cuts the end.
    ...(todo === undefined ? [] : [`To do: ${clip(todo, TODO_CHARACTERS)}`]),
    clip(text, characters, 'both'),
    ...(listed.length === 0 ? [] : [[...listed, ...more].join('\n')]),
  ];
}

function describe({ name, from, to, subject }: NoticeCheckout): string {
  const commits = [from, to].filter((commit) => commit !== undefined).map((commit) => commit.slice(0, 7));
  return oneLine(`- ${[name, commits.join(' -> '), subject ?? ''].filter((part) => part !== '').join(' ')}`);
}

/** Colours of terminals, other control characters, and those that turn the direction of text: none reaches a reader. */
function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replace(/[\u2028\u2029\u0085]/g, '\n')
    .replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}

/** No line break is left: a header of a mail is one line. */
const oneLine = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();

/** `both`: the middle is left out, since output says at its end what failed. */
function clip(text: string, characters: number, where: 'end' | 'both' = 'end'): string {
  const all = [...text];
  if (all.length <= characters) return text;
  if (where === 'end') return `${all.slice(0, characters - 1).join('')}…`;
  const half = Math.floor((characters - 3) / 2);
  return `${all.slice(0, half).join('')}\n…\n${all.slice(-half).join('')}`;
}

/** A zero-width space takes mentions apart that Mattermost and Discord read in plain text; mail addresses stay whole. */
const withoutMentions = (text: string): string =>
  text.replace(/@(?=everyone|here|channel|all)/gi, '@\u200b').replace(/(?<![\w.+-])@(?=\w|[!&])/g, '@\u200b');

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escaped and clipped in one, so that no escape is cut in two. */
function clipEscaped(text: string, characters: number): string {
  const escaped = [...text].map((character) => ESCAPES[character] ?? character);
  let length = 0;
  const kept = escaped.filter((part) => (length += part.length) < characters);
  return kept.length === escaped.length ? kept.join('') : `${kept.join('')}…`;
}
