import { describe, expect, it } from 'vitest';
import { fixedPart, globToRegExp, hasTooManyStars } from '../../../../activities/notebooks/glob.js';

describe('activities/notebooks/glob', () => {
  it.each([
    ['*.ipynb', ['a.ipynb', 'a b.ipynb'], ['.a.ipynb', 'x/a.ipynb', 'a.ipynbx', 'aXipynb']],
    ['a?.md', ['ab.md'], ['a.md', 'a/.md', 'abc.md']],
    ['**', ['a', 'a/b/c'], ['.git/config', 'a/.b']],
    ['**/*.md', ['a.md', 'x/y/a.md'], ['x/.y/a.md', 'a.txt']],
    ['x/**/**/a', ['x/a', 'x/y/z/a'], ['xa', 'y/a']],
    ['x/**/**', ['x/a', 'x/y/z'], ['x', 'y/a']],
    ['x/**/a', ['x/a', 'x/y/z/a'], ['xa', 'y/a']],
    ['*.{md,txt}', ['a.md', 'a.txt'], ['a.html', 'a.{md,txt}']],
    ['a+(b).md', ['a+(b).md'], ['aab.md']],
    ['.*', ['.a'], ['a']],
  ])('%s', (pattern, yes, no) => {
    const is = globToRegExp(pattern);
    expect(yes.filter((path) => !is.test(path))).toEqual([]);
    expect(no.filter((path) => is.test(path))).toEqual([]);
  });

  it('what repeats itself takes no time', () => {
    const is = globToRegExp(`${'**/'.repeat(40)}x`);
    expect(is.test(`${'a/'.repeat(60)}y`)).toBe(false);
  }, 2_000);

  it.each([
    ['*.ipynb', false],
    ['**/*_test_*.ipynb', false],
    [`${'**/'.repeat(5)}x`, true],
    ['*a*b*c*d', false],
    ['*a*b*c*d*', true],
  ])('%s has too many stars: %j', (pattern, has) => {
    expect(hasTooManyStars(pattern)).toBe(has);
  });

  it.each([
    ['docs/*.md', 'docs'],
    ['docs/x/**/*.md', 'docs/x'],
    ['*.md', ''],
    ['docs/a{1,2}/b', 'docs'],
  ])('what is in front of the pattern of %s is %j', (pattern, part) => {
    expect(fixedPart(pattern)).toBe(part);
  });
});
