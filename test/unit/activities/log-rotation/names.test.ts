import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  datedFiles,
  excessFiles,
  isLogName,
  nextName,
  scratchName,
} from '../../../../activities/log-rotation/names.js';

const now = new Date('2026-03-09T23:59:59Z');
const nothing = new Set<string>();

describe('activities/log-rotation/names', () => {
  it.each([
    ['a.log', true],
    ['a b.log', true],
    ['-rf.log', true],
    ['.hidden.log', false],
    ['a.log-20260309', false],
    ['a.log.gz', false],
    ['log', false],
  ])('%j is a log: %s', (name, is) => {
    expect(isLogName(name)).toBe(is);
  });

  it('the rotated files of a log are those with its name and a date, oldest first', () => {
    const names = [
      'a.log-20260309-10.gz',
      'a.log-20260309-2',
      'a.log-20260309',
      'a.log-20251231.gz',
      'a.log',
      'a.log.1',
      'a.log-20260230',
      'a.log-2026030',
      'a.log-20260309.gz.tmp',
      'a.log-20260309-1',
      'a.log-20260309-02',
      'aa.log-20260309',
      'b.log-20260309',
      'a.log-20260309.log',
    ];
    expect(datedFiles('a.log', names).map(({ name }) => name)).toEqual([
      'a.log-20251231.gz',
      'a.log-20260309',
      'a.log-20260309-2',
      'a.log-20260309-10.gz',
    ]);
  });

  it.each([
    [[], 'a.log-20260309'],
    [['a.log-20260308.gz'], 'a.log-20260309'],
    [['a.log-20260309'], 'a.log-20260309-2'],
    [['a.log-20260309.gz'], 'a.log-20260309-2'],
    [['a.log-20260309.gz', 'a.log-20260309-9'], 'a.log-20260309-10'],
  ])('beside %j the next one is %s', (names, next) => {
    expect(nextName('a.log', names, now)).toBe(next);
  });

  it('a rotation that is there twice, compressed and not, counts once', () => {
    const names = ['a.log-20260301.gz', 'a.log-20260302', 'a.log-20260302.gz', 'a.log-20260303.gz'];
    expect(excessFiles('a.log', names, 2, nothing)).toEqual(['a.log-20260301.gz']);
    expect(excessFiles('a.log', names, 1, nothing)).toEqual(names.slice(0, 3));
  });

  it('what something may still write to stays', () => {
    const names = ['a.log-20260301', 'a.log-20260302.gz', 'a.log-20260303.gz'];
    expect(excessFiles('a.log', names, 1, new Set(['a.log-20260301']))).toEqual(['a.log-20260302.gz']);
  });

  const logName = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).map((text) => `${text}.log`);

  it('any number of rotations: names are new, sort in their order, and the newest ones are kept', () => {
    const days = fc.array(fc.nat(400), { maxLength: 30 }).map((found) => found.sort((a, b) => a - b));
    fc.assert(
      fc.property(logName, days, fc.integer({ min: 1, max: 9 }), fc.func(fc.boolean()), (log, rotations, keep, gz) => {
        let names = [log, `${log}.old`, `x${log}-20260101`];
        const made: string[] = [];
        for (const day of rotations) {
          const name = nextName(log, names, new Date(Date.UTC(2026, 0, 1 + day)));
          expect(names).not.toContain(name);
          expect(names).not.toContain(`${name}.gz`);
          made.push(gz(made.length) ? `${name}.gz` : name);
          names.push(made.at(-1) ?? '');
          const excess = excessFiles(log, names, keep, nothing);
          names = names.filter((found) => !excess.includes(found));
        }
        expect(datedFiles(log, names).map(({ name }) => name)).toEqual(made.slice(-keep));
        expect(names.slice(0, 3)).toEqual([log, `${log}.old`, `x${log}-20260101`]);
      }),
    );
  });

  it('what is made before it has its name is no log, and short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (name) => {
        expect(isLogName(scratchName(name))).toBe(false);
        expect(scratchName(name).length).toBeLessThan(64);
      }),
    );
  });
});
