/** What a `check` of `merge` finds in the items of a list. Pure. */
import { isMap, isScalar, isSeq, visit, type Document } from 'yaml';
import type { MergeRule } from '../../shared/merge-schema.js';
import { nearest } from '../../shared/nearest.js';
import { nameOf, startOf } from '../../shared/yaml-text.js';
import { isNothing, type Fragment } from './fragment.js';
import type { MergeMistake } from './merge.js';
import { describeNode, shownKey } from './words.js';

type Check = NonNullable<MergeRule['check']>;
type LineOf = (part: unknown) => number;

/** `present`: the items that are in the list already. */
export function itemMistakes(
  items: readonly unknown[],
  present: readonly unknown[],
  check: Check,
  lineOf: LineOf,
): MergeMistake[] {
  const { required, keys, unique } = check;
  if (required.length === 0 && keys === undefined && unique === undefined) return [];
  const taken = new Set(unique === undefined ? [] : present.map((item) => valueOf(item, unique)));
  taken.delete(undefined);
  return items.flatMap((item) => {
    const wrong = (message: string, part: unknown = item): MergeMistake => ({ line: lineOf(part), message });
    if (!isMap(item))
      return [wrong(`the item should be a map ("KEY: VALUE", one a line); found ${describeNode(item)}`)];
    const name = unique === undefined ? undefined : valueOf(item, unique);
    const isTaken = name !== undefined && taken.has(name);
    if (name !== undefined) taken.add(name);
    return [
      ...required.filter((key) => isNothing(item.get(key, true))).map((key) => wrong(`the item lacks the key ${key}`)),
      ...item.items
        .filter(({ key }) => keys?.includes(nameOf(key)) === false)
        .map(({ key }) => wrong(unknownKey(nameOf(key), keys ?? []), key)),
      ...(isTaken ? [wrong(`another item has the same ${String(unique)} already`)] : []),
    ];
  });
}

const unknownKey = (key: string, known: readonly string[]): string =>
  `the key ${shownKey(key)} cannot be here; the nearest is ${nearest(key, known) ?? ''} (of ${known.join(', ')})`;

/** Names that are those of no item, when all is merged. */
export function referenceMistakes(
  document: Document,
  { check }: MergeRule,
  { node, lineAt }: Fragment,
): MergeMistake[] {
  return Object.entries(check?.refers ?? {}).flatMap(([key, { list, key: named }]) => {
    const items = document.getIn(list);
    const known = new Set(isSeq(items) ? items.items.map((item) => valueOf(item, named)) : []);
    const mistakes: MergeMistake[] = [];
    visit(node ?? null, {
      Pair: (_, pair) => {
        if (nameOf(pair.key) !== key || !isScalar(pair.value) || known.has(String(pair.value.value))) return;
        const message = `the value of ${key} is the ${named} of no item of ${list.join('.')}`;
        mistakes.push({ line: lineAt(startOf(pair.key) ?? 0), message });
      },
    });
    return mistakes;
  });
}

function valueOf(item: unknown, key: string): string | undefined {
  const value = isMap(item) ? item.get(key) : undefined;
  return typeof value === 'string' ? value : undefined;
}
