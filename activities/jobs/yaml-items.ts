/**
 * The jobs of a text as YAML nodes, each with its line. One that does not parse takes no other down: when the text as a whole
 * is not YAML, each item of its list is read by itself. Pure.
 */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';

export interface Item {
  node: YAMLMap;
  document: Document;
  /** Name of the key, in a mapping of jobs. */
  key?: string;
  line: number;
  lineAt(offset: number): number;
}

export interface ItemProblem {
  line: number;
  /** A clause. */
  message: string;
}

export interface Items {
  items: Item[];
  problems: ItemProblem[];
}

/** As PyYAML reads, which docker-crontab stands on: YAML 1.1, and the last of two keys of one name counts. */
const OPTIONS = { version: '1.1', uniqueKeys: false, prettyErrors: false, logLevel: 'silent', merge: true } as const;
/** More is a mistake, or meant to fill the memory. */
const MOST_BYTES = 1024 * 1024;

export function readItems(text: string): Items {
  if (Buffer.byteLength(text) > MOST_BYTES) return refused(1, `is larger than ${MOST_BYTES / 1024} kB`);
  const whole = read(text, 0);
  if (whole.problems.length === 0) return whole;
  const parts = splitItems(text);
  if (parts.length < 2) return whole;
  return merged(parts.map((part) => read(part.text, part.line - 1)));
}

function read(text: string, linesBefore: number): Items {
  const counter = new LineCounter();
  const lineAt = (offset: number) => linesBefore + Math.max(1, counter.linePos(offset).line);
  try {
    const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter: counter });
    // Without documents the text is empty, or comments only.
    const list = Array.isArray(documents) ? documents : [];
    return merged(list.map((document) => itemsOf(document, lineAt)));
  } catch {
    // The only way to make the parser throw is to exhaust the stack.
    return refused(linesBefore + 1, 'maps and lists lie in each other too deeply');
  }
}

function itemsOf(document: Document.Parsed, lineAt: (offset: number) => number): Items {
  const [error] = document.errors;
  if (error !== undefined) return refused(lineAt(error.pos[0]), `is not YAML (${saidOf(error.code)})`);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { items: [], problems: [] };
  if (isSeq(contents)) {
    return merged(contents.items.map((node) => itemOf(node, document, lineAt)));
  }
  if (isMap(contents)) {
    return merged(
      contents.items.map((pair) => {
        const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
        const fallback = lineAt(startOf(pair.key) ?? 0);
        return itemOf(pair.value, document, lineAt, key, fallback);
      }),
    );
  }
  return refused(lineAt(startOf(contents) ?? 0), 'is no list of jobs ("- name: …")');
}

function itemOf(
  node: ParsedNode | null,
  document: Document,
  lineAt: (offset: number) => number,
  key?: string,
  fallback = 1,
): Items {
  const line = node ? lineAt(startOf(node) ?? 0) : fallback;
  if (!isMap(node)) return refused(line, 'is no job: a job is a mapping with "schedule" and "command"');
  return { items: [{ node, document, line, lineAt, ...(key === undefined ? {} : { key }) }], problems: [] };
}

const SAID: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used to indent',
  BAD_INDENT: 'the line is indented differently from those that it belongs to, or a bracket is not closed',
  MISSING_CHAR: 'a quote, a bracket or a blank after ":" or "," is missing',
  MULTILINE_IMPLICIT_KEY: 'a key, or the ":" after it, is missing',
  UNEXPECTED_TOKEN: 'a character stands where none can; a text that begins with it needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text that holds ": " needs quotes',
};
/** Without the text, which may hold a password. */
const saidOf = (code: string): string => SAID[code] ?? code.toLowerCase().replaceAll('_', ' ');

/** The items of the outermost list, by their dashes alone. */
function splitItems(text: string): { text: string; line: number }[] {
  const lines = text.split('\n');
  const first = lines.map((line) => /^( *)-(?: |$)/.exec(line)).find((match) => match !== null);
  if (!first) return [];
  const dash = new RegExp(`^${first[1]}-(?: |$)`);
  const starts = lines.flatMap((line, index) => (dash.test(line) ? [index] : []));
  return starts.map((start, index) => ({
    text: lines
      .slice(start, starts[index + 1])
      .filter((line) => !/^(---|\.\.\.)\s*$/.test(line))
      .join('\n'),
    line: start + 1,
  }));
}

const startOf = (node: unknown): number | undefined =>
  isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[0] ?? undefined) : undefined;

const merged = (parts: readonly Items[]): Items => ({
  items: parts.flatMap(({ items }) => items),
  problems: parts.flatMap(({ problems }) => problems),
});

const refused = (line: number, message: string): Items => ({ items: [], problems: [{ line, message }] });
