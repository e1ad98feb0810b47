/** `${NAME}` in a declaration. Pure. */
import type { Part } from './types.js';

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The part with values for names, or the names that have no value. An empty value is none: a path would become `/`. */
export function nameVariables(part: Part, variables: Readonly<Record<string, string>>): Part | string[] {
  const missing = new Set<string>();
  const named = (text: string): string =>
    text.replaceAll(VARIABLE, (_whole, name: string) => {
      const value = (Object.hasOwn(variables, name) ? variables[name] : undefined) ?? '';
      if (value === '') missing.add(name);
      return value;
    });
  const entries = Object.entries(part).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'string' ? named(value) : Array.isArray(value) ? (value as string[]).map(named) : value,
  ]);
  const made = Object.fromEntries(entries) as Part;
  return missing.size > 0 ? [...missing] : made;
}
