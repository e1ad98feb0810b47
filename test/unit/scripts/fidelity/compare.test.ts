import { describe, expect, it } from 'vitest';
import {
  compareExported,
  compareLists,
  compareMaps,
  compareVariables,
  firstDifference,
  relativeTo,
} from '../../../../scripts/fidelity/compare.mjs';

const map = (variables: Record<string, string>) => new Map(Object.entries(variables));

describe('scripts/fidelity/compare', () => {
  it('names one difference for each value that is another or on one side only', () => {
    const found = compareMaps('variable', map({ A: '1', B: '2', C: '3' }), map({ A: '1', B: 'two', D: '4' }));
    expect(found).toEqual([
      { kind: 'variable', name: 'B', upstream: '2', ours: 'two' },
      { kind: 'variable', name: 'C', upstream: '3' },
      { kind: 'variable', name: 'D', ours: '4' },
    ]);
  });

  it('what upstream keeps for itself is no difference', () => {
    expect(compareVariables(map({ adir: './x', old_value: 'y' }), map({}))).toEqual([]);
    expect(compareExported(map({ PROXY_HTTP_PORT: '80', HOSTNAME: 'a' }), map({}))).toEqual([]);
  });

  it('what we set in every era is no difference where upstream does not have it yet', () => {
    const set = (value: string) => map({ BIRDHOUSE_LOCAL_ENV: value });
    expect(compareVariables(map({}), set('a'))).toEqual([]);
    expect(compareVariables(set('a'), set('b'))).toHaveLength(1);
    expect(compareVariables(set('a'), map({}))).toHaveLength(1);
  });

  it('what the compose script makes is looked at in what Compose gets', () => {
    const [made, none] = [map({ PAVICS_FQDN_PUBLIC: 'a' }), map({})];
    expect(compareVariables(none, made)).toEqual([]);
    expect(compareExported(none, made)).toHaveLength(1);
  });

  it('the order of a list counts', () => {
    expect(compareLists('file', 'list', ['a', 'b'], ['a', 'b'])).toEqual([]);
    expect(compareLists('file', 'list', ['a', 'b'], ['b', 'a'])).toHaveLength(1);
  });

  it('paths are spelled from the stack directory', () => {
    expect(relativeTo('/s/stack', ['docker-compose.yml', './c/x.yml', '/s/stack/d.yml', '../e/../e.yml'])).toEqual([
      'docker-compose.yml',
      'c/x.yml',
      'd.yml',
      '../e.yml',
    ]);
  });

  it('tells the first line that differs', () => {
    expect(firstDifference('a\nb\nc', 'a\nB\nc')).toEqual({ line: 2, upstream: 'b', ours: 'B' });
    expect(firstDifference('a', 'a\nb')).toEqual({ line: 2, upstream: '(end)', ours: 'b' });
  });
});
