/** What a rule must have before it is written. Pure. */
import type { Rule } from './model.js';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `1h30m` in seconds. */
export const seconds = (duration: string): number =>
  [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count = '', unit = '']) => sum + Number(count) * (UNITS[unit] ?? NaN),
    0,
  );

/** For how long something that happened once is seen: the shortest, in seconds. */
export function windowOf(rule: Rule): number | undefined {
  // Brackets within strings are no ranges.
  const text = rule.expr(...(rule.thresholds ?? []).map(() => '0')).replace(/"[^"]*"/g, '""');
  const found = [...text.matchAll(/\b(?:increase|changes|resets|delta)\([^[]*\[(\w+)/g)].map(([, range = '']) =>
    seconds(range),
  );
  const all = rule.window === undefined ? found : [...found, seconds(rule.window)];
  return all.length === 0 ? undefined : Math.min(...all);
}

/** Sentences; none: it is as it should be. */
export function offencesOf(rule: Rule): string[] {
  const { name, cases, thresholds = [], alwaysFires } = rule;
  const of = (kind: string) => cases.filter((one) => one.kind === kind);
  const window = windowOf(rule);
  const missed = thresholds.filter((_, index) => !/[<>]=? §$/.test(before(rule, index))).length;
  const sides =
    thresholds.length > 0 && of('boundary').reduce((sum, { alerts }) => sum + alerts.length, 0) < thresholds.length;
  return [
    ...(of('fires').length === 0 ? ['has no case in which it fires'] : []),
    ...(of('silent').length === 0 && alwaysFires !== true ? ['has no case in which it is silent'] : []),
    ...(sides ? ['has no case at the boundary of each threshold'] : []),
    ...(missed > 0 ? ['has a threshold that nothing is compared with'] : []),
    ...cases
      .filter(({ kind, alerts }) => (kind === 'silent') !== (alerts.length === 0))
      .map(({ says }) => `"${says}" is not of its kind`),
    ...(window !== undefined && seconds(rule.for) >= window
      ? [`waits for ${rule.for}, and what happened is seen for ${window} s`]
      : []),
    ...[rule.summary, rule.description, rule.means, rule.look, rule.todo]
      .filter((text) => text.trim() === '')
      .map(() => 'has an empty text'),
  ].map((offence) => `${name} ${offence}`);
}

/** The expression up to its comparison with that threshold. */
function before(rule: Rule, index: number): string {
  const limits = (rule.thresholds ?? []).map((_, at) => (at === index ? '§' : '0'));
  const text = rule.expr(...limits);
  return text.slice(0, text.indexOf('§') + 1);
}
