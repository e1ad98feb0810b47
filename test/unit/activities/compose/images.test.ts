import { describe, expect, it } from 'vitest';
import { imageNeeds } from '../../../../activities/compose/images.js';
import { aFingerprint, aModel } from './builders.js';

const built = (hash: string) => aFingerprint({ contents: { build: hash } });
const needs = (
  services: Record<string, unknown>,
  local: readonly string[] = [],
  [before, now]: readonly (string | undefined)[] = [],
  moved?: readonly string[],
) => {
  const names = Object.keys(services);
  const all = (hash: string | undefined) =>
    hash === undefined ? {} : Object.fromEntries(names.map((name) => [name, built(hash)]));
  return imageNeeds({
    model: aModel(services),
    imageIds: new Map(local.map((reference) => [reference, 'sha256:x'])),
    recorded: all(before),
    wanted: all(now),
    ...(moved === undefined ? {} : { moved: moved.map((reference) => ({ reference })) }),
  });
};

describe('activities/compose/images', () => {
  it.each([
    [undefined, [], 'pull'],
    [undefined, ['a:1'], 'present'],
    ['missing', ['a:1'], 'present'],
    ['if_not_present', [], 'pull'],
    ['always', ['a:1'], 'pull'],
    ['never', ['a:1'], 'present'],
    ['daily', ['a:1'], 'present'],
    ['weekly', [], 'pull'],
  ])('with pull_policy %s and local images %o the image is %s', (policy, local, how) => {
    const { needs: found, problems } = needs({ web: { image: 'a:1', pull_policy: policy } }, local);
    expect(found.map((need) => need.how)).toEqual([how]);
    expect(problems).toEqual([]);
  });

  it('says what to do when an absent image may not be pulled', () => {
    expect(needs({ web: { image: 'a:1', pull_policy: 'never' } }).problems[0]).toMatch(/a:1 is not on this host.*web/);
  });

  it.each([
    ['is built when absent', [], ['same', 'same'], 'build', 'it is not on this host'],
    ['is left when its context is as recorded', ['stack-web'], ['same', 'same'], 'present', 'its build changed'],
    ['is built when its context changed', ['stack-web'], ['one', 'two'], 'build', 'its build changed'],
    ['is built when nobody recorded it', ['stack-web'], [undefined, 'two'], 'build', 'it is new'],
  ] as const)('an image with a build section %s', (_, local, hashes, how, reason) => {
    const { needs: found } = needs({ web: { build: { context: '/c' } } }, local, hashes);
    expect(found).toEqual([{ reference: 'stack-web', how, reason, services: ['web'], builtBy: 'web' }]);
  });

  describe('whose tag moved', () => {
    const of = (service: Record<string, unknown>, local: readonly string[] = ['a:1']) =>
      needs({ web: { image: 'a:1', ...service } }, local, ['same', 'same'], ['a:1']).needs[0];

    it('is pulled', () => {
      expect(of({})).toEqual({
        reference: 'a:1',
        how: 'pull',
        reason: 'its tag moved in the registry',
        services: ['web'],
      });
      expect(of({ pull_policy: 'missing' })?.how).toBe('pull');
      expect(of({ pull_policy: 'always' })?.reason).toBe('its tag moved in the registry');
    });

    it('is left when it may not be pulled or is built here, and others are left', () => {
      expect(of({ pull_policy: 'never' })?.how).toBe('present');
      expect(of({ build: { context: '/c' } })?.how).toBe('present');
      expect(of({ image: 'b:1' }, ['b:1'])?.how).toBe('present');
    });

    it('and that is absent is pulled because it is absent', () => {
      expect(of({}, [])?.reason).toBe('it is not on this host');
    });
  });

  it('asks once for an image of several services, and builds one that somebody builds', () => {
    const { needs: found } = needs({
      a: { image: 'x:1' },
      b: { image: 'x:1', build: { context: '/c' } },
      c: { image: 'x:1' },
    });
    expect(found).toEqual([
      expect.objectContaining({ reference: 'x:1', how: 'build', builtBy: 'b', services: ['a', 'b', 'c'] }),
    ]);
  });
});
