import { describe, expect, it } from 'vitest';
import {
  currentOf,
  formerOf,
  judge,
  pruned,
  rejectedOf,
  withFingerprint,
  withFound,
  withVersion,
  type Record,
} from '../../../../activities/notebooks/record.js';

const version = (tree: string) => ({ tree, fingerprint: `of ${tree}`, notebooks: 1, sources: [], since: 'now' });
/** Trees by their names, newest first. */
const record = (trees: string, current: string): Record => ({ v: 1, versions: [...trees].map(version), current });
const shown = ({ versions, current }: Record) => `${versions.map(({ tree }) => tree).join('')} ${current}`;

describe('activities/notebooks/record', () => {
  it('what is before the current one was rolled back, what is behind it can be gone back to', () => {
    const now = record('cba', 'b');
    expect(currentOf(now)?.tree).toBe('b');
    expect(rejectedOf(now).map(({ tree }) => tree)).toEqual(['c']);
    expect(formerOf(now).map(({ tree }) => tree)).toEqual(['a']);
  });

  it('judges by what the sources hold', () => {
    const now = record('cba', 'b');
    expect(judge(now, 'of b')).toBe('in place');
    expect(judge(now, 'of c')).toBe('held back');
    expect(judge(now, 'of a')).toBe('stage');
    expect(judge(now, 'other')).toBe('stage');
    expect(judge(undefined, 'other')).toBe('stage');
  });

  it('a new version gives up what was rolled back', () => {
    expect(shown(withVersion(record('cba', 'b'), version('d')))).toBe('dba d');
    expect(shown(withVersion(record('ba', 'b'), version('a')))).toBe('ab a');
    expect(shown(withVersion(record('ba', 'b'), version('c'), version('f')))).toBe('cfba c');
    expect(shown(withVersion(undefined, version('a'), version('f')))).toBe('af a');
  });

  it('what somebody made of the deployed ones is kept right behind them', () => {
    expect(shown(withFound(record('cba', 'b'), version('f')))).toBe('cbfa b');
    expect(shown(withFound(record('cbfa', 'b'), version('f')))).toBe('cbfa b');
    expect(shown(withFound(record('ba', 'b'), undefined))).toBe('ba b');
  });

  it('only so many of the former are kept', () => {
    expect(shown(pruned(record('edcba', 'd'), 1))).toBe('edc d');
  });

  it('the same tree out of other commits is known by them', () => {
    const now = withFingerprint(record('ba', 'a'), 'b', { fingerprint: 'other', sources: [] });
    expect(judge(now, 'other')).toBe('held back');
  });
});
