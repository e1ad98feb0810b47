/** What tests ask of an expression without running it; whether it is one, promtool says. */

const WITHOUT = [
  /"(?:[^"\\]|\\.)*"/g,
  /\{[^}]*\}/g,
  /\[[^\]]*\]/g,
  /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g,
  /\$\w+|\$\{[^}]*\}/g,
];
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

/** Names of the metrics that an expression asks for. */
export function metricsIn(expression: string): string[] {
  // Strings first: they may hold braces.
  const bare = WITHOUT.reduce((text, pattern) => text.replaceAll(pattern, ' '), expression);
  const names = [...bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)(?!\w)(?!\s*\()/g)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !WORDS.has(name.toLowerCase())))];
}

export interface Window {
  /** The function that a range of samples is given to; empty when there is none. */
  of: string;
  /** What stands in the brackets. */
  length: string;
}

export const windowsIn = (expression: string): Window[] =>
  [
    ...expression
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
      .matchAll(/(?:(\w+)\s*\(\s*)?[\w:]+(?:\{[^}]*\})?\s*\[([^\]]*)\]/g),
  ].map(([, of = '', length = '']) => ({ of, length }));

/** Variables, of Grafana or of the dashboard. */
export const variablesIn = (text: string): string[] =>
  [...text.matchAll(/\$\{(\w+)[^}]*\}|\$(\w+)|\[\[(\w+)\]\]/g)].map((groups) => groups.slice(1).find(Boolean) ?? '');
