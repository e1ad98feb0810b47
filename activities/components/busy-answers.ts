/** What answers to "does somebody work here" mean, and how long that holds a deployment up. Pure. */

/** Who works at a component; nobody: it is idle. */
export interface BusyAnswer {
  component: string;
  who: readonly string[];
  /** It could not be asked, a sentence. It counts as idle: at what is dead nobody works. */
  warning?: string;
}

const MOST_NAMES = 20;
const NAME_CHARACTERS = 100;
/** Bodies that say that nobody works, in JSON or plain text. */
const NOBODY = new Set(['', '[]', '{}', '0', 'false', 'null', 'idle', '"idle"']);

/** Who works, of the body of an answer with status 200: the entries of a JSON array, else the lines. */
export function whoInBody(body: string): string[] {
  const text = body.trim();
  if (NOBODY.has(text.replace(/\s+/g, ''))) return [];
  const value = asJson(text);
  if (Array.isArray(value)) return named(value.map(entryText));
  if (typeof value === 'object') return named([JSON.stringify(value)]);
  return named(whoInLines(typeof value === 'string' ? value : text));
}

/** Who works, of the output of a command that says "busy". */
export function whoInOutput(output: string): string[] {
  const who = named(whoInLines(output));
  return who.length === 0 ? ['somebody (it does not say who)'] : who;
}

const whoInLines = (text: string): string[] => text.split(/\r?\n/);

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const entryText = (entry: unknown): string => (typeof entry === 'string' ? entry : (JSON.stringify(entry) ?? ''));

/** Fit for a line of a plan: short, few, and without what would move a terminal's cursor. */
function named(entries: readonly string[]): string[] {
  const tidy = entries.map((entry) => entry.replace(/\p{C}+/gu, ' ').trim()).filter((entry) => entry !== '');
  const shown = tidy.slice(0, MOST_NAMES).map((entry) => [...entry].slice(0, NAME_CHARACTERS).join(''));
  return tidy.length > MOST_NAMES ? [...shown, `… and ${tidy.length - MOST_NAMES} more`] : shown;
}

/** `jupyter: ann (notebook-3)`, a line each. */
export const interruptsOf = (answers: readonly BusyAnswer[]): string[] =>
  answers.flatMap(({ component, who }) => who.map((name) => `${component}: ${name}`));

/** Whether a component with these services in its `busy` is asked. An empty list: whatever is touched may interrupt. */
export const isAsked = (services: readonly string[], touched: readonly string[]): boolean =>
  touched.length > 0 && (services.length === 0 || services.some((service) => touched.includes(service)));

export interface Holder {
  component: string;
  busy: boolean;
  /** How long a deployment waits for it in all. */
  limitSeconds: number;
  everySeconds: number;
}

/** Go on, or ask again after that time; `for`: who is waited for. */
export type Move = { waitSeconds: 0 } | { waitSeconds: number; for: string[] };

/**
 * Each busy component holds the deployment up until its own limit is over. What was idle a moment ago and is busy now holds
 * it up as well.
 */
export function nextMove(holders: readonly Holder[], waitedSeconds: number): Move {
  const holding = holders.filter(({ busy, limitSeconds }) => busy && waitedSeconds < limitSeconds);
  if (holding.length === 0) return { waitSeconds: 0 };
  const times = holding.flatMap(({ limitSeconds, everySeconds }) => [everySeconds, limitSeconds - waitedSeconds]);
  return { waitSeconds: Math.min(...times), for: holding.map(({ component }) => component) };
}
