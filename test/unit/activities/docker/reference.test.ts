import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalName, canonicalRepository, parseReference } from '../../../../activities/docker/reference.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('activities/docker/reference', () => {
  it.each([
    ['nginx', { registry: 'docker.io', named: false, path: 'library/nginx' }],
    ['nginx:1.25', { registry: 'docker.io', named: false, path: 'library/nginx', tag: '1.25' }],
    ['pavics/weaver:4.2', { registry: 'docker.io', named: false, path: 'pavics/weaver', tag: '4.2' }],
    ['docker.io/nginx', { registry: 'docker.io', named: true, path: 'library/nginx' }],
    ['index.docker.io/library/nginx', { registry: 'docker.io', named: true, path: 'library/nginx' }],
    ['127.0.0.1:5000/app', { registry: '127.0.0.1:5000', named: true, path: 'app' }],
    ['localhost/app:1', { registry: 'localhost', named: true, path: 'app', tag: '1' }],
    ['[::1]:5000/app:1', { registry: '[::1]:5000', named: true, path: 'app', tag: '1' }],
    [`quay.io/a/b:1@${DIGEST}`, { registry: 'quay.io', named: true, path: 'a/b', tag: '1', digest: DIGEST }],
  ])('reads %s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each([
    '',
    'a//b',
    'a/../b',
    '/a',
    'a/',
    'Web',
    'a b',
    'a:b:c',
    'a?b',
    'a#b',
    'a%2fb',
    './x',
    'a@b',
    'a:',
    'a__-b',
    'a..a/a',
  ])('knows that %j is none', (text) => {
    expect(parseReference(text)).toBeUndefined();
    expect(canonicalName(text)).toBeUndefined();
  });

  it('spells all names of one image alike', () => {
    const names = ['nginx', 'library/nginx', 'docker.io/nginx', 'docker.io/library/nginx:latest', `nginx@${DIGEST}`];
    expect(new Set(names.map(canonicalName))).toEqual(new Set(['docker.io/library/nginx:latest']));
    expect(canonicalRepository(`127.0.0.1:5000/app@${DIGEST}`)).toBe('127.0.0.1:5000/app');
  });

  it('lets nothing through that would change a path of the engine, for thousands of texts', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'aA0/:.@_-?#% ~'), maxLength: 40 }));
    fc.assert(
      fc.property(text, (candidate) => {
        if (!parseReference(candidate)) return;
        expect(candidate).toMatch(/^[\w./:@+[\]-]+$/);
        // Two dots inside of a tag are no step upwards.
        expect(candidate.split('/')).not.toContain('..');
        expect(candidate).not.toMatch(/\/\/|\/\.|^\/|\/$/);
        expect(parseReference(canonicalName(candidate) ?? '')).toBeDefined();
      }),
      { numRuns: 5_000 },
    );
  });
});
