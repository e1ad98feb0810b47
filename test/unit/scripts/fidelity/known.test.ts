import { describe, expect, it } from 'vitest';
import { compareTags, reasonFor, type Known } from '../../../../scripts/fidelity/known.mjs';
import type { Difference } from '../../../../scripts/fidelity/compare.mjs';

const of = (rev: string) => ({ rev, envFile: 'minimal' });
const variable = (upstream: string, ours: string): Difference => ({ kind: 'variable', name: 'CRON', upstream, ours });

describe('scripts/fidelity/known', () => {
  it('tags are ordered by number, and what is no tag is the newest', () => {
    const tags = ['HEAD', '1.22.10', '1.22.9', '2.0.0', 'master', '1.9'];
    expect(tags.sort(compareTags)).toEqual(['1.9', '1.22.9', '1.22.10', '2.0.0', 'HEAD', 'master']);
  });

  it('a reason holds for its tags, kinds, names and files only', () => {
    const known: Known[] = [
      { since: '1.2', before: '2.0', kinds: ['variable'], name: /^CRON$/, envFile: /^minimal$/, reason: 'why' },
    ];
    const reason = (difference: Difference, rev: string, envFile = 'minimal') =>
      reasonFor(difference, { rev, envFile }, known);
    expect(reason(variable('a', 'b'), '1.2.0')).toBe('why');
    expect(reason(variable('a', 'b'), '1.1.9')).toBeUndefined();
    expect(reason(variable('a', 'b'), '2.0.0')).toBeUndefined();
    expect(reason(variable('a', 'b'), '1.2.0', 'values')).toBeUndefined();
    expect(reason({ ...variable('a', 'b'), name: 'OTHER' }, '1.2.0')).toBeUndefined();
    expect(reason({ ...variable('a', 'b'), kind: 'file' }, '1.2.0')).toBeUndefined();
  });

  it('a star that became names of files is known, another value is not', () => {
    expect(reasonFor(variable('7 5 a b a b a b', '7 5 * * *'), of('2.4.0'))).toMatch(/star/);
    expect(reasonFor(variable('7 6 a b a b a b', '7 5 * * *'), of('2.4.0'))).toBeUndefined();
    expect(reasonFor(variable('7 5 a b', '7 5'), of('2.4.0'))).toBeUndefined();
    expect(reasonFor(variable('7 5 a b a b a b', '7 5 * * *'), of('2.18.3'))).toBeUndefined();
  });

  it('a backslash that became a character is known, another text is not', () => {
    expect(reasonFor(variable('a\nb', 'a\\nb'), of('HEAD'))).toMatch(/backslash/);
    expect(reasonFor(variable('anb', 'a\\nb'), of('2.0.0'))).toMatch(/backslash/);
    expect(reasonFor(variable('a\nc', 'a\\nb'), of('HEAD'))).toBeUndefined();
    expect(reasonFor(variable('a\nb', 'anb'), of('HEAD'))).toBeUndefined();
    const file = (text: string): string => `regular \\.expression\n${text}\nlast`;
    const rendered = (upstream: string, ours: string): Difference => ({ kind: 'rendered', name: 'x', upstream, ours });
    expect(reasonFor(rendered(file('a\b'), file('a\\b')), of('HEAD'))).toMatch(/backslash/);
    expect(reasonFor(rendered(file('a\bc'), file('a\\b')), of('HEAD'))).toBeUndefined();
  });

  it('a malformed list of components is known in a file that differs in nothing else', () => {
    const file = (list: string, host: string) => `host ${host};\nreturn '{"components": [${list}]}';\n`;
    const rendered = (upstream: string, ours: string): Difference => ({
      kind: 'rendered',
      name: 'config/proxy/conf.d/all-services.include',
      upstream,
      ours,
    });
    const ours = file('"a:components/b"', 'x');
    expect(reasonFor(rendered(file('  ./components/b', 'x'), ours), of('1.24.0'))).toMatch(/malformed/);
    expect(reasonFor(rendered(file('  ./components/b', 'y'), ours), of('1.24.0'))).toBeUndefined();
    expect(reasonFor(rendered(file('"a:components/c"', 'x'), ours), of('1.24.0'))).toBeUndefined();
  });

  it('routes that are merged are known in a file that differs in nothing else', () => {
    const file = (to: string, routes = '') => `global: { smtp_from: ${to} }\nroute:\n  receiver: mails\n${routes}`;
    const rendered = (upstream: string, ours: string): Difference => ({
      kind: 'rendered',
      name: '../../private/shipped/monitoring/alertmanager.yml',
      upstream,
      ours,
    });
    const routes = '  routes: [{ receiver: nobody }]\n';
    expect(reasonFor(rendered(file('a'), file('a', routes)), of('HEAD'))).toMatch(/routes/);
    expect(reasonFor(rendered(file('b'), file('a', routes)), of('HEAD'))).toBeUndefined();
  });
});
