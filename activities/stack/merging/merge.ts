/** Merges one fragment into a document, as one entry of `merge` says. Pure, but for the document. */
import { isMap, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, type Document } from 'yaml';
import type { MergeRule } from '../../shared/merge-schema.js';
import { nearest } from '../../shared/nearest.js';
import { nameOf, startOf } from '../../shared/yaml-text.js';
import { itemMistakes } from './check.js';
import { isNothing, type Fragment } from './fragment.js';
import { describeNode, shownKey } from './words.js';

export interface MergeMistake {
  /** Line in the text that is merged; of a mistake that is not in it: none. */
  line?: number;
  /** Begins in the middle of a sentence. Holds no value. */
  message: string;
}

type Place = YAMLMap | YAMLSeq;

export function mergeInto(document: Document, rule: MergeRule, { node, lineAt }: Fragment): MergeMistake[] {
  if (node === undefined) return [];
  const lineOf = (part: unknown) => lineAt(startOf(part) ?? startOf(node) ?? 0);
  const content = contentFor(rule, node);
  if (content === undefined) return [{ line: lineOf(node), message: notMeant(rule, node) }];
  const place = placeAt(document, rule.at, rule.as);
  if (typeof place === 'string') return [{ message: place }];
  if (isSeq(place)) return isSeq(content) ? addItems(place, content, rule, lineOf) : [];
  return isMap(content) && isMap(place) ? addKeys(place, content, rule, lineOf) : [];
}

/** What is merged, when the text is what it should be. */
function contentFor({ as, bare, at }: MergeRule, node: unknown): Place | undefined {
  if (as === 'list') return isSeq(node) ? node : undefined;
  if (isSeq(node) && bare !== undefined) {
    const map = new YAMLMap();
    map.items.push(new Pair(new Scalar(bare), node));
    return map;
  }
  return isMap(node) && wrapperOf(node, at) === undefined ? node : undefined;
}

/** The key of the place itself, with everything below it: what is merged should stand there without it. */
function wrapperOf(node: unknown, at: readonly string[]): string | undefined {
  const name = isMap(node) && node.items.length === 1 ? nameOf(node.items[0]?.key) : undefined;
  return name !== undefined && name === at.at(-1) ? name : undefined;
}

function notMeant({ as, at, says }: MergeRule, node: unknown): string {
  const where = at.length === 0 ? '' : ` for ${at.join('.')}`;
  const form = as === 'map' ? 'a map ("KEY: VALUE", one a line)' : 'a list ("- …", one item a line)';
  const wrapper = wrapperOf(node, at);
  return `should be ${says ?? `${form}${where}`}; found ${describeNode(node)}${wrapper === undefined ? '' : `: leave the key ${wrapper} out`}`;
}

/** The map or list at a place; what is not there is made. Text: why there can be none. */
function placeAt(document: Document, at: readonly string[], as: MergeRule['as']): Place | string {
  if (isNothing(document.contents)) document.contents = made(at.length === 0 ? as : 'map');
  let node: unknown = document.contents;
  for (const [index, part] of at.entries()) {
    const isLast = index === at.length - 1;
    node = step(node, part, isLast ? as : 'map');
    if (node === undefined) return `there is no ${at.slice(0, index + 1).join('.')} to merge into`;
  }
  const isMeant = as === 'map' ? isMap(node) : isSeq(node);
  return isMeant ? (node as Place) : `${at.join('.') || 'the file'} is ${describeNode(node)}, and no ${as}`;
}

function step(node: unknown, part: string, as: MergeRule['as']): unknown {
  if (isSeq(node)) return node.items[Number(part)];
  if (!isMap(node)) return undefined;
  const pair = pairOf(node, part);
  if (pair !== undefined && !isNothing(pair.value)) return pair.value;
  const fresh = made(as);
  if (pair === undefined) node.items.push(new Pair(new Scalar(part), fresh));
  else pair.value = fresh;
  return fresh;
}

const made = (as: MergeRule['as']): Place => (as === 'map' ? new YAMLMap() : new YAMLSeq());

const pairOf = (map: YAMLMap, name: string) => map.items.find(({ key }) => nameOf(key) === name);

type LineOf = (part: unknown) => number;

function addItems(place: YAMLSeq, { items }: YAMLSeq, { where, check }: MergeRule, lineOf: LineOf): MergeMistake[] {
  const mistakes = check === undefined ? [] : itemMistakes(items, place.items, check, lineOf);
  // An empty one is written as [] in the template; what is added reads better on lines of its own.
  if (place.items.length === 0) place.flow = false;
  if (where === 'start') place.items.unshift(...items);
  else place.items.push(...items);
  return mistakes;
}

function addKeys(place: YAMLMap, content: YAMLMap, rule: MergeRule, lineOf: LineOf): MergeMistake[] {
  return content.items.flatMap((pair) => {
    const name = nameOf(pair.key);
    const wrong = (message: string): MergeMistake[] => [{ line: lineOf(pair.key), message }];
    const present = pairOf(place, name);
    if (rule.lists.includes(name)) {
      if (isNothing(pair.value)) return [];
      if (!isSeq(pair.value))
        return wrong(`the key ${shownKey(name)} should hold a list; found ${describeNode(pair.value)}`);
      const list = step(place, name, 'list');
      if (!isSeq(list)) return [{ message: `${[...rule.at, name].join('.')} is ${describeNode(list)}, and no list` }];
      return addItems(list, pair.value, rule, lineOf);
    }
    if (present !== undefined) {
      return wrong(`the key ${shownKey(name)} is there already (${[...rule.at, name].join('.')} of ${rule.into})`);
    }
    if (rule.keys?.includes(name) === false) {
      const meant = nearest(name, rule.keys) ?? '';
      return wrong(`the key ${shownKey(name)} cannot be here; the nearest is ${meant} (of ${rule.keys.join(', ')})`);
    }
    if (place.items.length === 0) place.flow = false;
    place.items.push(pair);
    return [];
  });
}
