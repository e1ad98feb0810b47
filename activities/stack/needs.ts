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
  /** The same, said of another name that has the same value: one of them may only take it from the other. */
  instead?: UnmetNeed[];
}

/** `required`: names that are told already when they are empty. */
export function unmetNeeds(
  needed: readonly NeededVariable[],
  all: Variables,
  required: readonly string[],
): UnmetNeed[] {
  return needed.filter((need) => holds(need, all)).flatMap((need) => unmet(need, all, required) ?? []);
}

function unmet(need: NeededVariable, all: Variables, required: readonly string[]): UnmetNeed | undefined {
  const names = [need.name, ...need.or];
  const name = names.find((candidate) => valueOf(candidate, all) !== '');
  if (name === undefined) {
    if (need.optional || names.some((candidate) => isTold(candidate, all, required))) return undefined;
    const others = need.or.length === 0 ? '' : ` (or ${need.or.join(', ')})`;
    return { message: `${need.name}${others} should be ${meant(need)}; it is empty: set it in env.local` };
  }
  const value = valueOf(name, all);
  const wrong = (variable: string): UnmetNeed[] => {
    const found = troubleWith(need, variable, value);
    return found === undefined ? [] : [{ variable, message: `${variable} should be ${meant(need)}; ${found}` }];
  };
  const same = names.filter((other) => other !== name && valueOf(other, all) === value);
  const [first] = wrong(name);
  return first === undefined ? undefined : { ...first, ...(same.length === 0 ? {} : { instead: same.flatMap(wrong) }) };
}

/** Only a name of VARS without any value is. */
const isTold = (name: string, all: Variables, required: readonly string[]): boolean =>
  required.includes(name) && (all[name] ?? '').trim() === '';

/** What DELAYED_EVAL leaves of a reference to what is empty, or to itself, says nothing either. */
function valueOf(name: string, all: Variables, seen: readonly string[] = []): string {
  const value = (all[name] ?? '').trim();
  const referred = /^\$\{([A-Za-z_]\w*)(?::?-)?\}$/.exec(value)?.[1];
  if (referred === undefined) return value;
  return seen.includes(referred) || valueOf(referred, all, [...seen, name, referred]) === '' ? '' : value;
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
