/**
 * Variables that `env.local.example` gained. Upstream adds what an operator may, or must, set there; nobody reads it at each
 * update. Pure.
 */

/** `commit`: which text is wanted; undefined when there is no such file. */
export type ReadExample = (side: 'former' | 'wanted') => Promise<string | undefined>;

/** Names that `newVariables` finds. A file that is new itself gained nothing that anybody missed. */
export async function gainedVariables(read: ReadExample, isSet: (name: string) => boolean): Promise<string[]> {
  const [former, wanted] = await Promise.all([read('former'), read('wanted')]);
  return former === undefined || wanted === undefined ? [] : newVariables(former, wanted, isSet);
}

/**
 * Names that the wanted text assigns, commented out or not, that the former text does not mention at all and that the stack
 * does not set; in the order of the text, each once.
 */
export function newVariables(formerText: string, wantedText: string, isSet: (name: string) => boolean): string[] {
  const former = new Set(formerText.match(/[A-Za-z_]\w*/g));
  return assignedNames(wantedText).filter((name) => !former.has(name) && !isSet(name));
}

const PREFIX = /^\s*(#[#\s]*)?(export\s+|readonly\s+)?/;
const ASSIGNMENT = /^([A-Za-z_]\w*)\+?=/;
/** A commented line without `export` may be a sentence; variables are written in capitals there. */
const SHOUTED = /^[A-Z_][A-Z0-9_]*$/;

/** Names on the left of `=`. Lines inside a value of several lines are no assignments, commented out or not. */
export function assignedNames(text: string): string[] {
  const names: string[] = [];
  let quote: Quote;
  let commented = false;
  for (const line of text.split(/\r?\n/)) {
    const isComment = /^\s*#/.test(line);
    // A comment ends where the next line is none, whatever quote was left open in it.
    if (quote !== undefined && commented && !isComment) quote = undefined;
    if (quote !== undefined) {
      quote = openQuote(isComment && commented ? line.replace(/^\s*#/, '') : line, quote);
      continue;
    }
    commented = isComment;
    const [prefix, , keyword] = PREFIX.exec(line) ?? [''];
    const found = assignmentsIn(line.slice(prefix.length), keyword !== undefined);
    quote = found.quote;
    names.push(...found.names.filter((name) => !isComment || keyword !== undefined || SHOUTED.test(name)));
  }
  return [...new Set(names)];
}

type Quote = '"' | "'" | undefined;

/** `A=1 B="x y"`: both after `export`, the first one otherwise. */
function assignmentsIn(code: string, several: boolean): { names: string[]; quote: Quote } {
  const names: string[] = [];
  let rest = code;
  for (let match = ASSIGNMENT.exec(rest); match?.[1] !== undefined; match = ASSIGNMENT.exec(rest)) {
    names.push(match[1]);
    const value = rest.slice(match[0].length);
    const end = wordEnd(value);
    if (end === undefined) return { names, quote: openQuote(value, undefined) };
    if (!several) break;
    rest = value.slice(end).trimStart();
  }
  return { names, quote: undefined };
}

/** Where a word of shell ends; undefined when a quote in it does not end on this line. */
function wordEnd(text: string): number | undefined {
  const word = /^(?:[^\s"'\\;&|()<>]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')*/.exec(text)?.[0] ?? '';
  return /^["']/.test(text.slice(word.length)) ? undefined : word.length;
}

/** The quote that is open at the end of a line that begins inside `quote`. */
function openQuote(line: string, quote: Quote): Quote {
  let open = quote;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    if (letter === '\\' && open !== "'") at += 1;
    else if (letter === open) open = undefined;
    else if (open === undefined && (letter === '"' || letter === "'")) open = letter;
  }
  return open;
}
