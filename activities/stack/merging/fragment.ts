/**
 * The YAML text of a variable as nodes that are put into another document. Nothing is made of the words in it (`yes`, `010`), so that
 * who reads the document finds them as they were written, with their quotes and comments. Pure.
 */
import { Document, isMap, isNode, isScalar, isSeq, visit, type ParsedNode } from 'yaml';
import { isMixed } from '../../shared/bytes.js';
import { MAX_BYTES, readDocument, startOf, type Problem } from '../../shared/yaml-text.js';

export interface Fragment {
  /** Nothing of a text that says nothing, and when there are problems. */
  node?: ParsedNode;
  problems: Problem[];
  /** Line in the text. */
  lineAt: (offset: number) => number;
}

/** Never throws, whatever the text is. */
export function readFragment(text: string): Fragment {
  if (Buffer.byteLength(text) > MAX_BYTES) return refused(`it is larger than ${MAX_BYTES / 1024} kB`);
  if (isMixed(text)) return refused('the text is not UTF-8');
  try {
    const { document, problems: unread, lineAt } = readDocument(text.replaceAll('\r\n', '\n'), { schema: 'failsafe' });
    const problems = [...unread, ...tagsIn(document, lineAt)];
    const node = document.contents;
    const isThere = problems.length === 0 && node !== null && !isNothing(node);
    if (isThere) keepComments(node, document.commentBefore);
    return { ...(isThere ? { node } : {}), problems: withoutEchoes(problems), lineAt };
  } catch {
    return refused(TOO_DEEP);
  }
}

/** A tag makes another thing of what it stands before, which is nothing that can be put elsewhere as it is written. */
function tagsIn(document: Document, lineAt: (offset: number) => number): Problem[] {
  const found: Problem[] = [];
  visit(document, {
    Node: (_, node) => {
      if ('tag' in node && node.tag !== undefined) {
        found.push({ line: lineAt(startOf(node) ?? 0), message: 'a tag ("!…") is used; leave it out' });
      }
    },
  });
  return found;
}

/** What follows on the same line, or is said again of the next ones, is mostly so because of the first. */
const withoutEchoes = (problems: readonly Problem[]): Problem[] =>
  problems.filter(
    ({ line, message }, at) =>
      problems.findIndex((other) => other.line === line) === at && problems[at - 1]?.message !== message,
  );

/** What stands before a map or a list belongs to its first entry, which is what is put elsewhere. */
function keepComments(node: unknown, before?: string | null): void {
  const isList = isSeq(node);
  if (!isList && !isMap(node)) return;
  const first: unknown = isList ? node.items[0] : node.items[0]?.key;
  const comments = [before, node.commentBefore].filter((comment) => typeof comment === 'string');
  if (comments.length > 0 && isNode(first)) {
    first.commentBefore = [...comments, ...(first.commentBefore == null ? [] : [first.commentBefore])].join('\n');
    delete node.commentBefore;
  }
  if (isMap(node)) node.items.forEach(({ value }) => keepComments(value));
}

export const TOO_DEEP = 'maps and lists lie in each other too deeply';

/** A literal of a `component.yml`; words that an older reader takes for something else are quoted. */
export const fragmentOf = (value: object): Fragment =>
  readFragment(new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false }).toString());

/** What `key:` with nothing behind it holds. */
export const isNothing = (node: unknown): boolean =>
  node === null ||
  node === undefined ||
  (isScalar(node) && node.type === 'PLAIN' && /^(?:|~|null)$/i.test(String(node.value)));

const refused = (message: string): Fragment => ({ problems: [{ line: 1, message }], lineAt: () => 1 });
