/**
 * Reads XML as far as it goes, as the parser of Weaver does (lxml with `recover`): an element that is not closed ends with the document, an
 * end tag closes what is open, and text that holds no element at all has no root. Without packages, because the double runs without any.
 */

export interface XmlElement {
  /** Empty without one, and for a prefix that nobody declared. */
  namespace: string;
  /** Local name. */
  name: string;
  /** By name as written, prefix included. */
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  /** Own text and that of its children, in their order. */
  text: string;
}

const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<\?[\s\S]*?(?:\?>|$)|<![^>]*(?:>|$)|<\/([^\s>]+)[^>]*>|<([A-Za-z_][^\s/>]*)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*')|\s+[^\s=/>]+)*)\s*(\/?)>|([^<]+)|</g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

interface Open {
  element: XmlElement;
  prefixes: ReadonlyMap<string, string>;
}

const NO_PREFIXES: ReadonlyMap<string, string> = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]);

/** Its root; undefined when there is nothing to recover. */
export function readXml(text: string): XmlElement | undefined {
  let root: XmlElement | undefined;
  const open: Open[] = [];
  const say = (words: string): void => open.forEach(({ element }) => (element.text += words));
  for (const [, cdata, end, tag, attributes, empty, plain] of text.matchAll(TOKEN)) {
    if (cdata !== undefined) say(cdata);
    else if (plain !== undefined) say(unescape(plain));
    else if (end !== undefined) open.pop();
    else if (tag !== undefined) {
      // What follows the root is not part of the document.
      if (root !== undefined && open.length === 0) break;
      const opened = begin(tag, attributes ?? '', open.at(-1)?.prefixes ?? NO_PREFIXES);
      open.at(-1)?.element.children.push(opened.element);
      root ??= opened.element;
      if (empty !== '/') open.push(opened);
    }
  }
  return root;
}

function begin(tag: string, written: string, outer: ReadonlyMap<string, string>): Open {
  const attributes: Record<string, string> = {};
  const prefixes = new Map(outer);
  for (const [, name = '', double, single] of written.matchAll(ATTRIBUTE)) {
    const value = unescape(double ?? single ?? '');
    attributes[name] = value;
    if (name === 'xmlns') prefixes.set('', value);
    else if (name.startsWith('xmlns:')) prefixes.set(name.slice('xmlns:'.length), value);
  }
  const [prefix, local] = splitName(tag);
  const namespace = prefixes.get(prefix);
  const name = namespace === undefined && prefix !== '' ? tag : local;
  return { element: { namespace: namespace ?? '', name, attributes, children: [], text: '' }, prefixes };
}

function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    const point = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    return ENTITIES[name ?? ''] ?? whole;
  });

/** Children of that name in that namespace. */
export const childrenOf = (element: XmlElement, name: string, namespace: string): XmlElement[] =>
  element.children.filter((child) => child.name === name && child.namespace === namespace);

/** Text below a path of names; null when there is none, as OWSLib has it. */
export function textAt(element: XmlElement, namespace: string, ...path: readonly string[]): string | null {
  let at: XmlElement | undefined = element;
  for (const name of path) at = at && childrenOf(at, name, namespace)[0];
  const text = at?.text.trim() ?? '';
  return text === '' ? null : text;
}

/** Value of an attribute, whatever its prefix. */
export const attributeOf = (element: XmlElement, local: string): string | null =>
  Object.entries(element.attributes).find(([name]) => splitName(name)[1] === local)?.[1] ?? null;
