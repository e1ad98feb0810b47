/** When an entry of `merge` or `needs` counts. Pure. */
import { listOf, understood } from './yaml-schema.js';

const NAME = /^[A-Za-z_]\w*$/;

export const variableName = understood((value): string => {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw new RangeError('should be the name of a variable (SMTP_SERVER)');
});

export const variableNames = listOf(variableName, 'names of variables ([SMTP_SERVER])');

const VALUES = "should be variables with the value that is meant ({ NAME: 'true' }), or a list of such values";

/** Names of variables with the values that are meant; `true` and `'true'` are the same. */
const valuesOf = understood((value): Readonly<Record<string, readonly string[]>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError(VALUES);
  return Object.fromEntries(
    Object.entries(value).map(([name, meant]: [string, unknown]) => {
      const words = (Array.isArray(meant) ? meant : [meant]) as unknown[];
      if (!NAME.test(name) || words.length === 0 || !words.every(isWord)) throw new RangeError(VALUES);
      return [name, words.map((word) => String(word))];
    }),
  );
});

const isWord = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

export const conditions = {
  given: variableNames.default([]),
  when: valuesOf.optional(),
  unless: valuesOf.optional(),
};

export interface Conditions {
  readonly given?: readonly string[] | undefined;
  readonly when?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly unless?: Readonly<Record<string, readonly string[]>> | undefined;
}

type Variables = Readonly<Record<string, string>>;

/** A YAML text of comments only says nothing either. */
export const isBlank = (text = ''): boolean => text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));

/** All of `given` say something, all of `when` have a value that is meant, and none of `unless`. */
export function holds({ given = [], when = {}, unless = {} }: Conditions, variables: Variables): boolean {
  const has = ([name, meant]: [string, readonly string[]]) => meant.some((word) => isSame(word, variables[name] ?? ''));
  return (
    !given.some((name) => isBlank(variables[name])) &&
    Object.entries(when).every(has) &&
    !Object.entries(unless).some(has)
  );
}

const isSame = (meant: string, given: string): boolean => meant.trim().toLowerCase() === given.trim().toLowerCase();
