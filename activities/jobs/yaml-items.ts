/**
 * The jobs of a text as YAML nodes, each with its line. One that does not parse takes no other down: when the text as a whole
 * is not YAML, each of its parts is looked at by itself, and the text is read again without those that are none. Pure.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { partsOf, withoutMarks, type TextPart } from './yaml-parts.js';

export interface Item {
  node: YAMLMap;
  /** Name of the key, in a mapping of jobs. */
  key?: string;
  line: number;
  lineAt(offset: number): number;
  /** What an alias stands for, else the node itself; undefined when there is no such anchor, and for what is no node. */
  resolve(node: unknown): Node | undefined;
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

/** `isYaml`: false when the text could not be read at all. */
interface Reading extends Items {
  isYaml: boolean;
}

/** As PyYAML reads, which docker-crontab stands on: YAML 1.1, and the last of two keys of one name counts. */
const OPTIONS = { version: '1.1', uniqueKeys: false, prettyErrors: false, logLevel: 'silent', merge: true } as const;
/** More is a mistake, or meant to fill the memory. */
const MOST_BYTES = 1024 * 1024;
const MOST_ITEMS = 2000;

export function readItems(given: string): Items {
  if (Buffer.byteLength(given) > MOST_BYTES) return refused(1, `is larger than ${MOST_BYTES / 1024} kB`);
  // PyYAML knows three line breaks and skips a byte order mark, which an editor puts in front of a file.
  const text = given.replace(/\r\n?/g, '\n').replace(/^\uFEFF/gm, '');
  const whole = read(text, 0);
  return within(whole.isYaml ? whole : partByPart(text, whole));
}

/** By parts, since an anchor of one may be what another names, without those that are not YAML. */
function partByPart(text: string, whole: Reading): Items {
  const parts = partsOf(text);
  if (parts.length < 2) return whole;
  const read = parts.slice(0, MOST_ITEMS + 1).map((part) => ({ part, reading: readPart(part) }));
  const bad = read.filter(({ part, reading }) => !reading.isYaml || (part.isHead && reading.problems.length > 0));
  const problems = bad.flatMap(({ reading }) => reading.problems);
  const rest = readWithout(text, new Set(bad.map(({ part }) => part)));
  if (rest.isYaml) return merged([{ items: [], problems }, rest]);
  return merged(read.map(({ reading }) => reading));
}

const readPart = ({ lines, line }: TextPart): Reading => read(withoutMarks(lines).join('\n'), line - 1);

/** Line by line in the place where it was. */
function readWithout(text: string, bad: ReadonlySet<TextPart>): Reading {
  const lines = text.split('\n').map((line) => (line.startsWith('%') ? '' : line));
  for (const part of bad) {
    part.lines.forEach((line, at) => {
      if (!/^(---|\.\.\.)\s*$/.test(line)) lines[part.line - 1 + at] = '';
    });
  }
  return read(lines.join('\n'), 0);
}

function within({ items, problems }: Items): Items {
  const over = items[MOST_ITEMS];
  if (over === undefined && problems.length <= MOST_ITEMS) return { items, problems };
  const line = over?.line ?? problems[MOST_ITEMS]?.line ?? 1;
  const more = { line, message: `is more than the ${MOST_ITEMS} jobs that one text may have` };
  return { items: items.slice(0, MOST_ITEMS), problems: [...problems.slice(0, MOST_ITEMS), more] };
}

function read(text: string, linesBefore: number): Reading {
  const counter = new LineCounter();
  const lineAt = (offset: number) => linesBefore + Math.max(1, counter.linePos(offset).line);
  try {
    const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter: counter });
    // Without documents the text is empty, or comments only.
    const list = Array.isArray(documents) ? documents : [];
    const wrong = list.flatMap(({ errors }) => errors).at(0);
    if (wrong !== undefined) {
      const isTab = /^\s*\t/.test(text.slice(text.lastIndexOf('\n', wrong.pos[0] - 1) + 1));
      return notYaml(lineAt(wrong.pos[0]), isTab ? 'TAB_AS_INDENT' : wrong.code);
    }
    return { ...merged(list.map((document) => itemsOf(document, lineAt))), isYaml: true };
  } catch {
    // The only way to make the parser throw is to exhaust the stack.
    return notYaml(linesBefore + 1, 'RESOURCE_EXHAUSTION');
  }
}

const notYaml = (line: number, code: string): Reading => ({
  ...refused(line, `is not YAML (${saidOf(code)})`),
  isYaml: false,
});

function itemsOf(document: Document.Parsed, lineAt: (offset: number) => number): Items {
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { items: [], problems: [] };
  const resolve = resolverOf(document);
  const context = { lineAt, resolve };
  if (isSeq(contents)) {
    return merged(contents.items.slice(0, MOST_ITEMS + 1).map((node) => itemOf(node, context)));
  }
  if (isMap(contents)) {
    return merged(
      contents.items.slice(0, MOST_ITEMS + 1).map(({ key, value }) => {
        const named = isScalar(key) ? { key: String(key.value) } : {};
        return itemOf(value, context, { ...named, line: lineAt(startOf(key) ?? 0) });
      }),
    );
  }
  return refused(lineAt(startOf(contents) ?? 0), 'is no list of jobs ("- name: …")');
}

function itemOf(
  node: unknown,
  context: Pick<Item, 'lineAt' | 'resolve'>,
  at: { key?: string; line?: number } = {},
): Items {
  const start = startOf(node);
  const line = start === undefined ? (at.line ?? 1) : context.lineAt(start);
  const map = context.resolve(node);
  if (!isMap(map)) return refused(line, 'is no job: a job is a mapping with "schedule" and "command"');
  return { items: [{ ...context, node: map, line, ...(at.key === undefined ? {} : { key: at.key }) }], problems: [] };
}

/** An alias means the last anchor of its name above it. All in one pass: an alias by itself would look through the whole text. */
function resolverOf(document: Document): Item['resolve'] {
  const anchors = new Map<string, Node>();
  const meant = new Map<Alias, Node | undefined>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) meant.set(node, anchors.get(node.source));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return (node) => {
    if (isAlias(node)) return meant.get(node);
    return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
  };
}

const SAID: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used to indent; use blanks',
  BAD_INDENT: 'the line is indented differently from those that it belongs to, or a bracket is not closed',
  MISSING_CHAR: 'a quote, a bracket or a blank after ":" or "," is missing',
  MULTILINE_IMPLICIT_KEY: 'a key, or the ":" after it, is missing',
  UNEXPECTED_TOKEN: 'a character stands where none can; a text that begins with it needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text that holds ": " needs quotes',
  BAD_SCALAR_START: 'a text that begins with "@", "`" or "%" needs quotes',
  BAD_ALIAS: 'a text that begins with "*" needs quotes',
  RESOURCE_EXHAUSTION: 'maps and lists lie in each other too deeply',
};
/** Without the text, which may hold a password. */
const saidOf = (code: string): string => SAID[code] ?? code.toLowerCase().replaceAll('_', ' ');

const startOf = (node: unknown): number | undefined =>
  isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? (node.range?.[0] ?? undefined) : undefined;

const merged = (parts: readonly Items[]): Items => ({
  items: parts.flatMap(({ items }) => items),
  problems: parts.flatMap(({ problems }) => problems),
});

const refused = (line: number, message: string): Items => ({ items: [], problems: [{ line, message }] });
