/**
 * The YAML text of a variable as nodes that are put into another document. Nothing is made of the words in it (`yes`, `010`), so that
 * who reads the document finds them as they were written, with their quotes and comments. Pure.
 */
import { Document, isScalar, type ParsedNode } from 'yaml';
import { isMixed } from '../../shared/bytes.js';
import { MAX_BYTES, readDocument, type Problem } from '../../shared/yaml-text.js';

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
    const { document, problems, lineAt } = readDocument(text.replaceAll('\r\n', '\n'), { schema: 'failsafe' });
    const node = document.contents;
    const isThere = problems.length === 0 && node !== null && !isNothing(node);
    return { ...(isThere ? { node } : {}), problems, lineAt };
  } catch {
    return refused(TOO_DEEP);
  }
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
