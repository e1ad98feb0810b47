import { describe, expect, it } from 'vitest';
import { isRecreated, isRestarted, leftovers, newJournal } from '../../../../activities/compose/journal.js';
import { aContainer } from './builders.js';

const wanted = { replicas: 1, imageId: 'sha256:aaaaaaaaaaaaaaaa' };

describe('activities/compose/journal', () => {
  const old = aContainer('web');
  const journal = newJournal({ decisions: [], removed: [] }, [old]);

  it.each([
    ['the container of before', [old], false],
    ['a new one', [aContainer('web')], true],
    ['a new one that was never started', [aContainer('web', { state: 'created' })], false],
    ['a new one of another image', [aContainer('web', { imageId: 'sha256:b' })], false],
    ['a new one beside that of before', [old, aContainer('web')], false],
    ['a new one that crashed since, which settle judges', [aContainer('web', { state: 'exited', exitCode: 1 })], true],
    ['none', [], false],
  ])('%s: recreated is %s', (_, containers, done) => {
    expect(isRecreated('web', wanted, journal, containers)).toBe(done);
  });

  it('sees a restart by another start time, not by a clock', () => {
    expect(isRestarted('web', journal, [old])).toBe(false);
    expect(isRestarted('web', journal, [{ ...old, startedAt: '2025-01-01T00:00:00Z' }])).toBe(true);
    expect(isRestarted('web', journal, [aContainer('web')])).toBe(true);
    expect(isRestarted('web', journal, [])).toBe(false);
  });

  it('finds what a killed Compose left beside a container, and spares one that stands alone', () => {
    const made = aContainer('web', { state: 'created', name: 'abc_stack-web-1' });
    expect(leftovers(['web'], [old, made])).toEqual([made]);
    expect(leftovers(['web'], [made])).toEqual([]);
    expect(leftovers(['web'], [old, { ...made, number: 2 }])).toEqual([]);
  });
});
