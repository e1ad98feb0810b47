/** Words of shell texts: enough to see where each begins and ends; nothing is expanded, nothing is run. Pure. */

export interface Word {
  readonly kind: 'word';
  readonly start: number;
  readonly end: number;
  /** As it stands, with its quotes. */
  readonly text: string;
}

export interface Redirection {
  readonly kind: 'redirection';
  /** With the number of a descriptor before it: `2>>`. */
  readonly operator: string;
  readonly start: number;
  /** What it is directed to; undefined at the end of the text. */
  readonly target?: Word;
}

/** `;`, `|`, `&&`, a line break … */
export interface Operator {
  readonly kind: 'operator';
  readonly text: string;
  readonly start: number;
}

export type Token = Word | Redirection | Operator;

const REDIRECTION = /(?:\d+|&)?(?:>>|>\||>&|<<<|<<-|<<|<&|<>|>|<)/y;
const OPERATOR = /&&|\|\||;;|\|&|[;|&()\n]/y;
const BLANK = /[ \t\r]|\\\n/y;
const COMMENT = /#[^\n]*/y;

/** What follows an open quote to the end of the text belongs to it. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const skipped = match(BLANK) ?? match(COMMENT);
    const isSubstitution = /^[<>]\(/.test(text.slice(at, at + 2));
    const operator = isSubstitution ? undefined : match(REDIRECTION);
    const separator = match(OPERATOR);
    if (skipped !== undefined) at += skipped.length;
    else if (operator !== undefined) {
      found.push({ kind: 'redirection', operator, start: at });
      at += operator.length;
    } else if (separator !== undefined) {
      found.push({ kind: 'operator', text: separator, start: at });
      at += separator.length;
    } else {
      const end = endOfWord(text, at);
      found.push({ kind: 'word', start: at, end, text: text.slice(at, end) });
      at = end;
    }
  }
  return withTargets(found);
}

function withTargets(found: readonly Token[]): Token[] {
  return found.flatMap((token, index): Token[] => {
    const before = found[index - 1];
    if (token.kind === 'word' && before?.kind === 'redirection') return [];
    if (token.kind !== 'redirection') return [token];
    const next = found[index + 1];
    return [next?.kind === 'word' ? { ...token, target: next } : token];
  });
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const inner = endOfPart(text, at);
    if (inner > at) at = inner;
    else if (/[ \t\r\n;|&<>()]/.test(text[at] ?? '') && at > start) return at;
    else at += 1;
  }
  return text.length;
}

/** Of a quoted or substituted part that begins here; `start` when none does. */
function endOfPart(text: string, start: number): number {
  const two = text.slice(start, start + 2);
  if (text[start] === '\\') return Math.min(start + 2, text.length);
  if (two === "$'") return after(text, start + 2, "'", true);
  if (text[start] === "'") return after(text, start + 1, "'", false);
  if (text[start] === '"') return endOfNested(text, start + 1, '"', false);
  if (text[start] === '`') return after(text, start + 1, '`', true);
  if (two === '$(' || two === '<(' || two === '>(') return endOfNested(text, start + 2, ')', true);
  if (two === '${') return endOfNested(text, start + 2, '}', true);
  return start;
}

function after(text: string, from: number, close: string, escapes: boolean): number {
  for (let at = from; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === close) return at + 1;
  }
  return text.length;
}

/** `quotes`: a single quote begins a part, which it does not between double ones. */
function endOfNested(text: string, from: number, close: string, quotes: boolean): number {
  let at = from;
  let depth = 1;
  while (at < text.length) {
    const isPart = quotes || text[at] !== "'";
    const inner = text[at] === close ? at : isPart && text.slice(at, at + 2) !== "$'" ? endOfPart(text, at) : at;
    if (inner > at) {
      at = inner;
      continue;
    }
    if (text[at] === close) depth -= 1;
    else if (close === ')' && text[at] === '(') depth += 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** What a word means when nothing in it is expanded; undefined when something is. */
export function literal(word: string): string | undefined {
  let meaning = '';
  let rest = word;
  while (rest !== '') {
    const part =
      /^'([^']*)'/.exec(rest) ??
      /^"([^"$`\\]*)"/.exec(rest) ??
      /^\\([^\n])/.exec(rest) ??
      /^([^'"\\$`*?[{~]+)/.exec(rest);
    if (!part) return undefined;
    meaning += part[1] ?? '';
    rest = rest.slice(part[0].length);
  }
  return meaning;
}

/** The word for bash that means exactly this text. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/**
 * Commands of a text, each as its words without quotes; `${NAME}` and `$(…)` stay as they are, and so do redirections, as words.
 * Comments are left out.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [[]];
  for (const token of tokens(text.replaceAll('\\\n', ' '))) {
    if (token.kind === 'operator') commands.push([]);
    else if (token.kind === 'word') commands.at(-1)?.push(unquoted(token.text));
    else commands.at(-1)?.push(token.operator, ...(token.target ? [unquoted(token.target.text)] : []));
  }
  return commands.filter((command) => command.length > 0);
}

/** Without its quotes. One that is not closed is a character as others. */
const unquoted = (word: string): string =>
  word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|(\$\{[^}]*\}|\$\([^)]*\))|\\(.)/gs,
    (_, single?: string, double?: string, expansion?: string, escaped?: string) =>
      single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? expansion ?? escaped ?? '',
  );

/** As a shell splits an unquoted variable: at blanks, tabs and line breaks. No quote is taken away. */
export const splitWords = (text: string): string[] => text.split(/[ \t\n]+/).filter((word) => word !== '');
