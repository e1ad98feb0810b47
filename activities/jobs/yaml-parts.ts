/** Where the jobs of a text begin, by its lines alone: for a text that is not YAML as a whole. Pure. */

export interface TextPart {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
  /** What stands above the first job. */
  readonly isHead?: boolean;
}

const DASH = /^( *)-(?:[ \t]|$)/;
const KEY = /^( *)(?:"[^"]*"|'[^']*'|[^\s#"'\]},-][^#]*?)\s*:(?:\s|$)/;

/** The items of the outermost list, or the keys of the outermost mapping, whichever is indented less; the head in front. */
export function partsOf(text: string): TextPart[] {
  const lines = text.split('\n');
  const [dash, key] = [leastIndent(lines, DASH), leastIndent(lines, KEY)];
  if (dash === undefined && key === undefined) return [];
  const isList = dash !== undefined && dash <= (key ?? dash);
  const [begins, indent] = isList ? [DASH, dash] : [KEY, key];
  const starts = lines.flatMap((line, index) => (begins.exec(line)?.[1]?.length === indent ? [index] : []));
  const parts = starts.map((start, index) => ({ line: start + 1, lines: lines.slice(start, starts[index + 1]) }));
  const head = lines.slice(0, starts[0]);
  return head.length === 0 ? parts : [{ line: 1, lines: head, isHead: true }, ...parts];
}

function leastIndent(lines: readonly string[], begins: RegExp): number | undefined {
  let least: number | undefined;
  for (const line of lines) {
    const indent = begins.exec(line)?.[1]?.length;
    if (indent !== undefined && indent < (least ?? Infinity)) least = indent;
  }
  return least;
}

/** Ends of documents and directives are no part of a job. */
export const withoutMarks = (lines: readonly string[]): string[] =>
  lines.filter((line) => !/^(?:(?:---|\.\.\.)\s*$|%)/.test(line));
