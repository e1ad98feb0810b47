/** Variables that components need and that are empty, malformed or what everybody knows. Pure. */
import { holds } from '../shared/conditions-schema.js';
import type { Form, NeededVariable } from '../shared/needs-schema.js';
import { isSecretName, looksSecret } from '../shared/redact.js';
import { shownValue } from './shown-value.js';

type Variables = Readonly<Record<string, string>>;

export interface UnmetNeed {
  /** The one that is set wrongly; none where nothing is set. */
  variable?: string;
  message: string;
}

/** `required`: names that are told already when they are empty. */
export function unmetNeeds(
  needed: readonly NeededVariable[],
  all: Variables,
  required: readonly string[],
): UnmetNeed[] {
  return needed
    .filter((need) => holds(need, all))
    .flatMap((need) => {
      const names = [need.name, ...need.or];
      const name = names.find((candidate) => (all[candidate] ?? '').trim() !== '') ?? need.name;
      const value = (all[name] ?? '').trim();
      if (value === '' && (need.optional || names.some((candidate) => required.includes(candidate)))) return [];
      const found = value === '' ? 'it is empty: set it in env.local' : troubleWith(need, name, value);
      if (found === undefined) return [];
      const others = names.filter((candidate) => candidate !== name);
      const called = value === '' && others.length > 0 ? `${name} (or ${others.join(', ')})` : name;
      return [{ ...(value === '' ? {} : { variable: name }), message: `${called} should be ${meant(need)}; ${found}` }];
    });
}

function troubleWith({ form, pattern, not }: NeededVariable, name: string, value: string): string | undefined {
  if (not.some((forbidden) => forbidden.trim() === value)) return 'it has a value that everybody knows';
  if ((form === undefined || FITS[form](value)) && (pattern === undefined || pattern.test(value))) return undefined;
  if (isSecretName(name) || looksSecret(name, value)) return 'it has another value, which is not shown';
  return `it is ${shownValue(value)}`;
}

const meant = ({ says, form, pattern, not }: NeededVariable): string =>
  says ??
  [
    form === undefined ? 'set' : WORDS[form],
    ...(pattern === undefined ? [] : [`as ${pattern.source} matches`]),
    ...(form === undefined && pattern === undefined && not.length > 0 ? ['to a value of your own'] : []),
  ].join(' ');

const WORDS: Readonly<Record<Form, string>> = {
  'host-port': 'HOST:PORT',
  addresses: 'mail addresses with commas between them (ann@example.org,bob@example.org)',
  port: 'a port (1 to 65535)',
  number: 'a number',
  'on-off': 'on or off',
  word: 'one word of letters, digits, ".", "_" and "-"',
  url: 'an http(s) address',
};

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) < 65_536;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?)$/i;
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;

const FITS: Readonly<Record<Form, (value: string) => boolean>> = {
  'host-port': (value) => {
    const at = value.lastIndexOf(':');
    return at > 0 && HOST.test(value.slice(0, at)) && isPort(value.slice(at + 1));
  },
  addresses: (value) =>
    value.split(',').every((one) => ADDRESS.test((/^[^<>]*<([^<>]*)>$/.exec(one.trim())?.[1] ?? one).trim())),
  port: isPort,
  number: (value) => /^-?\d+(?:\.\d+)?$/.test(value),
  'on-off': (value) => /^(?:on|off)$/.test(value),
  word: (value) => /^[\w.-]+$/.test(value),
  url: (value) => /^https?:\/\/[^\s/]/i.test(value) && URL.canParse(value),
};
