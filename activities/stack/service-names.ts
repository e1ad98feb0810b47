/** Names by which containers of a stack know each other, out of the texts of its compose files. Compose is not asked. Pure. */
import { parse } from 'yaml';

type Variables = Readonly<Record<string, string>>;

/** Undefined: the texts do not tell all of them. */
export function serviceNames(texts: readonly string[], variables: Variables): string[] | undefined {
  const files = texts.map(read);
  if (files.some((file) => file === undefined || 'include' in file)) return undefined;
  const services = files.flatMap((file) => Object.entries(mapIn(file?.['services'])));
  return [...new Set(services.flatMap(([name, service]) => [name, ...otherNames(mapIn(service), variables)]))];
}

function read(text: string): Record<string, unknown> | undefined {
  try {
    // Compose has tags of its own (!reset), and takes the last of two equal keys.
    return mapIn(parse(text, { merge: true, uniqueKeys: false, logLevel: 'error' }));
  } catch {
    return undefined;
  }
}

function otherNames(service: Record<string, unknown>, variables: Variables): string[] {
  const aliases = Object.values(mapIn(service['networks'])).flatMap((network) => listIn(mapIn(network)['aliases']));
  return [service['container_name'], service['hostname'], ...aliases]
    .filter((name) => typeof name === 'string')
    .map((name) => withValues(name, variables));
}

/** `${NAME}`, `$NAME`, `${NAME:-default}`. */
const withValues = (text: string, variables: Variables): string =>
  text.replace(/\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g, (_, plain?: string, braced?: string, otherwise?: string) => {
    const value = variables[plain ?? braced ?? ''] ?? '';
    return value === '' ? (otherwise ?? '') : value;
  });

const mapIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
