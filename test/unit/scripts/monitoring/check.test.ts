import { describe, expect, it } from 'vitest';
import { offencesOf, seconds, windowOf } from '../../../../scripts/monitoring/check.js';
import { boundary, fires, fixed, type Rule, silent } from '../../../../scripts/monitoring/model.js';
import { ALL_RULES } from '../../../../scripts/monitoring/rules/index.js';

const alert = { labels: { instance: 'beyond' } };
const good: Rule = {
  name: 'Hot',
  thresholds: [fixed(75, '°C')],
  expr: (limit) => `temperature > ${limit}`,
  for: '5m',
  severity: 'warning',
  summary: 'It is hot',
  description: 'It is too hot.',
  means: 'It is hot.',
  look: 'The thermometer.',
  todo: 'Open a window.',
  cases: [fires('80', '6m', {}, alert), silent('20', '6m', {}), boundary('6m', {}, alert)],
};
const without = (kind: string) => good.cases.filter((one) => one.kind !== kind);

describe('scripts/monitoring/check', () => {
  it('every rule has what it must have', () => {
    expect(ALL_RULES.flatMap(offencesOf)).toEqual([]);
  });

  it('a rule that has everything is let through', () => {
    expect(offencesOf(good)).toEqual([]);
  });

  it.each<[string, Partial<Rule>, string]>([
    ['no firing case', { cases: without('fires') }, 'Hot has no case in which it fires'],
    ['no silent case', { cases: without('silent') }, 'Hot has no case in which it is silent'],
    ['no boundary', { cases: without('boundary') }, 'Hot has no case at the boundary of each threshold'],
    [
      'one boundary for two thresholds',
      { thresholds: [fixed(75, '°C'), fixed(90, '°C')], expr: (a, b) => `t > ${a} or u > ${b}` },
      'Hot has no case at the boundary of each threshold',
    ],
    [
      'a threshold that nothing is compared with',
      { expr: (limit) => `temperature - ${limit} > 0` },
      'Hot has a threshold that nothing is compared with',
    ],
    [
      'a wait as long as what happened is seen',
      { expr: (limit) => `increase(fires_total[5m]) > ${limit}` },
      'Hot waits for 5m, and what happened is seen for 300 s',
    ],
    [
      'a wait longer than the window it declares',
      { window: '2m' },
      'Hot waits for 5m, and what happened is seen for 120 s',
    ],
    [
      'a silent case that expects an alert',
      { cases: [...good.cases, { ...fires('x', '1m', {}, alert), kind: 'silent' }] },
      'Hot "x" is not of its kind',
    ],
    ['a firing case that expects none', { cases: [...good.cases, fires('x', '1m', {})] }, 'Hot "x" is not of its kind'],
    ['nothing to do', { todo: '' }, 'Hot has an empty text'],
  ])('refuses %s', (_, change, offence) => {
    expect(offencesOf({ ...good, ...change })).toEqual([offence]);
  });

  it.each<[string, number | undefined]>([
    ['increase(a[5m]) > 0', 300],
    ['sum by (x) (increase(a{b=~"c[.]d"}[1h])) > 0', 3600],
    ['increase(a[1h]) + increase(b[10m]) > 0', 600],
    ['changes(max by (a) (b{c!=""})[15m:1m]) > 2', 900],
    ['rate(a[5m]) > 0', undefined],
    ['last_over_time(a[10m]) == 0', undefined],
  ])('what %s sees lasts for %s s', (expression, window) => {
    expect(windowOf({ ...good, expr: () => expression })).toBe(window);
  });

  it('durations have several units', () => {
    expect(seconds('1h30m')).toBe(5400);
    expect(seconds('0m')).toBe(0);
  });
});
