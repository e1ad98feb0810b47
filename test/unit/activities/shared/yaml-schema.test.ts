import { describe, expect, it } from 'vitest';
import { listOf, looseMap, strictMap, text } from '../../../../activities/shared/yaml-schema.js';
import { mistakesIn } from '../../../../activities/shared/yaml-mistakes.js';

describe('activities/shared/yaml-schema', () => {
  const schema = strictMap({ name: text('a name'), rest: listOf(looseMap(), 'maps').optional() });
  const told = (value: unknown) =>
    mistakesIn(schema.safeParse(value).error, schema).map(({ path, message }) => `${path.join('.')} ${message}`);

  it.each<[unknown, string[]]>([
    [{ name: 'a', rest: [{ any: 1 }] }, []],
    ['a', [' should be a map (KEY: VALUE, one a line)']],
    [{ name: 5 }, ['name should be a name']],
    [{ name: ' ' }, ['name should be a name']],
    [{ name: 'a\0b' }, ['name should be a name']],
    [{ name: 'a', rest: 'x' }, ['rest should be a list of maps']],
    [{ name: 'a', rest: ['x'] }, ['rest.0 should be a map (KEY: VALUE, one a line)']],
    [{ name: 'a', nmae: 'b' }, [' is no key here; the nearest is name (of name, rest)']],
  ])('%j', (value, mistakes) => {
    expect(told(value)).toEqual(mistakes);
  });
});
