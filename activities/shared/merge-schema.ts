/**
 * `merge` of a `component.yml`: variables that hold YAML, which is merged as data into a rendered file. In the order in which they
 * stand:
 *
 *     merge:
 *       - { variable: EXTRA_RECEIVERS, into: alertmanager.yml, at: receivers, as: list }
 *
 * docs/components.md tells every key.
 */
import type { z } from 'zod';
import { conditions, variableName } from './conditions-schema.js';
import type { Mistake } from './yaml-mistakes.js';
import type { Path } from './yaml-text.js';
import { listOf, oneOf, strictMap, text, understood } from './yaml-schema.js';

const KEYS = 'keys ([name])';
const keys = listOf(text('a key'), KEYS);

/** `route.routes`, or a list for keys with dots in them. */
const place = understood((value): string[] => {
  const parts: unknown = typeof value === 'string' ? value.split('.') : value;
  const isPart = (part: unknown) => (typeof part === 'string' && part !== '') || Number.isInteger(part);
  if (!Array.isArray(parts) || !parts.every(isPart)) {
    throw new RangeError('should be the keys down to the place (route.routes, or [route, routes])');
  }
  return parts.map(String);
});

const into = understood((value): string => {
  const parts = typeof value === 'string' ? value.split('/') : ['..'];
  const isOutside = parts[0] === '' || parts.includes('..');
  if (isOutside || String(value).trim() === '' || String(value).includes('\0')) {
    throw new RangeError('should be the path of a rendered file, from the directory of the component');
  }
  return String(value);
});

const literal = understood((value): object => {
  if (typeof value === 'object' && value !== null) return value;
  throw new RangeError('should be a map or a list');
});

const MANY_REFERS =
  'should be keys with the list that their values are names of ({ receiver: { list: receivers, key: name } })';
const target = strictMap({ list: place, key: text('a key of the items of that list') });

const refers = understood((value): Readonly<Record<string, z.output<typeof target>>> => {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const read = entries.map(([key, meant]: [string, unknown]) => [key, target.safeParse(meant)] as const);
  if (entries.length === 0 || !read.every(([, { success }]) => success)) throw new RangeError(MANY_REFERS);
  return Object.fromEntries(read.flatMap(([key, { data }]) => (data === undefined ? [] : [[key, data]])));
});

const rule = strictMap({
  variable: variableName.optional(),
  value: literal.optional(),
  into,
  at: place.default([]),
  as: oneOf('map', 'list'),
  where: oneOf('start', 'end').default('end'),
  lists: keys.default([]),
  bare: text('a key').optional(),
  keys: keys.optional(),
  check: strictMap({
    required: keys.default([]),
    keys: keys.optional(),
    unique: text('a key').optional(),
    refers: refers.optional(),
  }).optional(),
  says: text('what should be there, the rest of "should be …"').optional(),
  ...conditions,
});

export const MergeSchema = listOf(rule, 'maps (- variable: …)').default([]);
export type MergeRule = z.output<typeof rule>;

/** What single values do not show. `at`: where the list lies in the file. */
export function mergesWrong(rules: unknown, at: Path = ['merge']): Mistake[] {
  return Array.isArray(rules) ? rules.flatMap((one: unknown, index) => ruleWrong(asMap(one), [...at, index])) : [];
}

function ruleWrong(given: Readonly<Record<string, unknown>>, path: Path): Mistake[] {
  const { variable, value, as, lists, bare } = given;
  const wrong = (message: string, key?: string): Mistake[] => [
    { path: key === undefined ? path : [...path, key], message },
  ];
  const ofMaps = (key: string) =>
    as === 'list' && given[key] !== undefined ? wrong('should be there only with as: map', key) : [];
  const isOther = typeof value === 'object' && value !== null && as === (Array.isArray(value) ? 'map' : 'list');
  return [
    ...((variable === undefined) === (value === undefined)
      ? wrong('should have one of variable and value, and not both')
      : []),
    ...(isOther ? wrong(`should be a ${String(as)}, since it says as: ${String(as)}`, 'value') : []),
    ...['lists', 'bare', 'keys'].flatMap(ofMaps),
    ...(bare !== undefined && !(Array.isArray(lists) && lists.includes(bare))
      ? wrong('should be one of lists', 'bare')
      : []),
    ...(given['where'] !== undefined && as === 'map' && lists === undefined
      ? wrong('should be there only with as: list or with lists', 'where')
      : []),
  ];
}

const asMap = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
