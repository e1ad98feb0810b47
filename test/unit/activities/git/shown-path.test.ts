import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../../../activities/git/classify.js';
import { shownPath } from '../../../../activities/git/shown-path.js';
import { decideStack } from '../../../../workflows/check-stack/decide.js';
import { hostileText } from '../../../support/hostile.js';
import { anObservation } from '../../../support/story.js';

const facts = { name: 'private', dir: '/srv/private', behind: 0, ahead: 0, branch: 'main', upstream: 'origin/main' };

describe('activities/git/shown-path', () => {
  it.each([
    ['config/web.conf', 'config/web.conf'],
    ['with blanks and "quotes" $(id) -rf', 'with blanks and "quotes" $(id) -rf'],
    ['Ünï/日本.txt', 'Ünï/日本.txt'],
    ['a\nb\tc', '"a?b?c"'],
    ['\u001b[31mred', '"?[31mred"'],
    ['a\u202etxt.exe', '"a?txt.exe"'],
    [`${'d/'.repeat(100)}file.txt`, `…${'d/'.repeat(100).slice(-111)}file.txt`],
  ])('%j is shown as %j', (path, shown) => {
    expect(shownPath(path)).toBe(shown);
  });

  it('a checkout with local changes of any names is described on one short line', () => {
    const files = fc.array(
      hostileText.map((text) => text.replaceAll('\0', '') || 'x'),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(files, (changed) => {
        const seen = classify({ ...facts, head: 'a'.repeat(40), upstreamCommit: 'a'.repeat(40), files: changed });
        expect(JSON.stringify(seen).length).toBeLessThan(10_000);
        const { reason } = decideStack(anObservation({ checkouts: [seen] }));
        expect(reason).toMatch(/^private has local changes: [^\p{Cc}\p{Cf}]+$/u);
        expect(reason.isWellFormed()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('a branch that a shell would run is not put into a command that people paste', () => {
    const upstream = 'origin/$(reboot)';
    const { error } = classify({ ...facts, head: 'a'.repeat(40), upstream, files: [], rewritten: true });
    expect(error).toContain(`${upstream} was rewritten`);
    expect(error).toContain('git reset --keep @{upstream}, or always');
  });
});
