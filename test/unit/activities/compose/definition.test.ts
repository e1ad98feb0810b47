import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, definitionHash } from '../../../../activities/compose/definition.js';
import { aModel } from './builders.js';

const hash = (
  service: Record<string, unknown>,
  rest: Record<string, unknown> = {},
  variables: Record<string, string> = {},
) => definitionHash(aModel({ web: service }, rest), 'web', variables);

describe('activities/compose/definition', () => {
  it('gives equal text for equal values, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each(['image', 'build', 'pull_policy', 'depends_on', 'profiles', 'develop'])('does not see %s', (key) => {
    const value = {
      image: 'x',
      build: { context: '/c' },
      pull_policy: 'always',
      depends_on: {},
      profiles: ['p'],
      develop: {},
    };
    expect(hash({ command: ['a'], [key]: value[key as keyof typeof value] })).toBe(hash({ command: ['a'] }));
  });

  it.each([
    ['a command', { command: ['b'] }],
    ['an environment that an env file gave', { command: ['a'], environment: { A: '1' } }],
    ['a label', { command: ['a'], labels: { a: 'b' } }],
    ['a key that we do not know', { command: ['a'], new_key: 1 }],
  ])('sees %s', (_, service) => {
    expect(hash(service)).not.toBe(hash({ command: ['a'] }));
  });

  it('sees the networks, volumes and configs that the service uses, and no others', () => {
    const service = {
      networks: { net: null },
      volumes: [{ type: 'volume', source: 'data', target: '/d' }],
      configs: [{ source: 'c' }],
    };
    const rest = {
      networks: { net: { name: 'n' } },
      volumes: { data: { name: 'v' } },
      configs: { c: { content: 'x' } },
    };
    const base = hash(service, rest);
    expect(hash(service, { ...rest, networks: { net: { name: 'other' } } })).not.toBe(base);
    expect(hash(service, { ...rest, volumes: { data: { name: 'other' } } })).not.toBe(base);
    expect(hash(service, { ...rest, configs: { c: { content: 'other' } } })).not.toBe(base);
    expect(hash(service, { ...rest, volumes: { ...rest.volumes, more: { name: 'm' } } })).toBe(base);
  });

  it('sees the value of a variable that a secret is taken from, and never shows it', () => {
    const service = { secrets: [{ source: 's' }] };
    const rest = { secrets: { s: { environment: 'S' } } };
    expect(hash(service, rest, { S: 'one' })).not.toBe(hash(service, rest, { S: 'two' }));
    expect(hash(service, rest, { S: 'one' })).toMatch(/^[0-9a-f]{64}$/);
  });
});
