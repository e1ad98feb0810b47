/** The text of a small YAML file that people write by hand, as plain values with the line of each. Pure. */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type SchemaOptions,
  type YAMLError,
} from 'yaml';

/** Such a file is a screen of text; more is a mistake, or meant to fill the memory. */
export const MAX_BYTES = 64 * 1024;
const MAX_PROBLEMS = 20;

/** Position in the values: keys of maps and places in lists. */
export type Path = readonly PropertyKey[];

export interface Problem {
  line: number;
  /** What is wrong, as the rest of a sentence. */
  message: string;
}

export interface YamlText {
  /** Plain values, free of cycles; `undefined` when there are problems, or when the text is empty. */
  value: unknown;
  problems: Problem[];
  /** Line of a value; of the nearest one around it where it is absent. `key`: of that key in the map at `path`. */
  lineOf: (path: Path, key?: string) => number;
}

/** Never throws, whatever the bytes are. */
export function readYaml(bytes: Buffer): YamlText {
  if (bytes.length > MAX_BYTES) {
    return refused(1, `the file is larger than ${MAX_BYTES / 1024} kB`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused(lineOfBadByte(bytes), 'the text is not UTF-8; save the file in that encoding');
  }
  try {
    return parsed(text);
  } catch {
    // The only way to make the parser throw is to exhaust the stack.
    return refused(1, 'maps and lists lie in each other too deeply');
  }
}

function parsed(text: string): YamlText {
  const { document, problems, lineAt } = readDocument(text);
  return {
    value: problems.length > 0 ? undefined : (document.toJS() as unknown),
    problems,
    lineOf: (path, key) => lineAt(offsetOf(document, path, key)),
  };
}

export interface ReadDocument {
  document: Document.Parsed;
  problems: Problem[];
  /** Line of a place in the text. */
  lineAt: (offset: number) => number;
}

/** Throws when maps and lists lie in each other so deeply that the stack is exhausted. */
export function readDocument(text: string, options: Pick<SchemaOptions, 'schema'> = {}): ReadDocument {
  const lines = new LineCounter();
  // Without `prettyErrors`, which quotes the text: a command may hold a password.
  const document = parseDocument(text, { ...options, lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const complaints = [...document.errors, ...document.warnings].map((error) => ({
    line: lineAt(error.pos[0]),
    message: complaintOf(error),
  }));
  return { document, problems: [...complaints, ...aliasesIn(document, lineAt)].slice(0, MAX_PROBLEMS), lineAt };
}

/** An alias may name what it lies in, and a few lines of them may stand for more than any memory holds. */
function aliasesIn(document: Document, at: (offset: number) => number): Problem[] {
  const found: Problem[] = [];
  visit(document, {
    Alias: (_, { range }) => {
      found.push({ line: at(range?.[0] ?? 0), message: 'an alias (*name) is used; write the value out' });
    },
  });
  return found;
}

const COMPLAINTS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab is used to indent; use blanks',
  DUPLICATE_KEY: 'the key of this line is there already; each key may be there once',
  MULTIPLE_DOCS: 'a second document begins here ("---"); one file holds one document',
  BAD_INDENT: 'the line is indented differently from those that it belongs to, or a bracket is not closed',
  BAD_ALIAS: 'an alias (*name) is used; write the value out',
  MISSING_CHAR: 'a quote, a bracket or a blank after ":" or "," is missing',
  TAG_RESOLVE_FAILED: 'the tag ("!…") is unknown; leave it out',
  MULTILINE_IMPLICIT_KEY: 'a key, or the ":" after it, is missing',
  UNEXPECTED_TOKEN:
    'the text cannot stand here; look at the indentation, quotes and brackets of this line and the one before',
  RESOURCE_EXHAUSTION: 'maps and lists lie in each other too deeply',
};

const complaintOf = ({ code }: YAMLError): string => COMPLAINTS[code] ?? `the text is not YAML (${code})`;

function offsetOf(document: Document, path: Path, key?: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of key === undefined ? path : [...path, key]) {
    let inner: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => nameOf(item.key) === String(part));
      inner = pair?.value;
      offset = startOf(pair?.key) ?? offset;
    } else if (isSeq(node)) {
      inner = node.items[Number(part)];
      offset = startOf(inner) ?? offset;
    }
    node = inner;
  }
  return offset;
}

export const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

export function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[0] ?? undefined) : undefined;
}

const refused = (line: number, message: string): YamlText => ({
  value: undefined,
  problems: [{ line, message }],
  lineOf: () => line,
});

/** Line by line: a line break is one byte in UTF-8 and part of no other character. */
function lineOfBadByte(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    start = end + 1;
  }
}
