import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { majorChanges, majorOf } from '../../../../activities/compose/irreversible.js';

describe('activities/compose/irreversible', () => {
  it.each([
    ['postgres:13.4-alpine', 13],
    ['postgres:16', 16],
    ['127.0.0.1:5000/a/b:2.1', 2],
    ['127.0.0.1:5000/a/b', undefined],
    ['app:v2', 2],
    ['app:V2.1', 2],
    ['app:version-3.1', 3],
    ['app:2-alpine', 2],
    [`app:4.2@sha256:${'1'.repeat(64)}`, 4],
    [`app@sha256:${'1'.repeat(64)}`, undefined],
    ['app', undefined],
    ['app:latest', undefined],
    ['app:alpine-3.18', undefined],
    ['app:7f3a9c2', undefined],
    ['app:', undefined],
  ])('the major version of %s is %s', (reference, major) => {
    expect(majorOf(reference)).toBe(major);
  });

  it.each([
    ['app:1.1', 'app:1.9', false],
    ['app:1.1', 'other/app:1.1', false],
    ['app:latest', 'app:latest', false],
    ['app:1.1', 'app:2.0', true],
    ['app:2.0', 'app:1.1', true],
    ['app:latest', 'app:1.1', true],
    ['app:1.1', 'app:stable', true],
  ])('from %s to %s: %s', (from, to, changes) => {
    expect(majorChanges(from, to)).toBe(changes);
  });

  it('reads thousands of texts', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const major = majorOf(text);
        expect(major === undefined || Number.isSafeInteger(major)).toBe(true);
      }),
    );
  });
});
