import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, expand, parseList } from '../../../../activities/notebooks/list.js';

const parse = (text: string, variables: Record<string, string> = {}) =>
  parseList(Buffer.from(text), 'list.yml', variables);
const GOOD = `sources:
  - { name: lessons, git: "git@git.example.org:lessons.git", branch: "\${LESSONS_BRANCH:-main}" }
  - { name: extra, archive: "https://example.org/extra.tar.gz", sha256: ${'A'.repeat(64)} }
maps:
  - { source: lessons, from: docs/*.ipynb, to: lessons }
  - { source: extra, from: pages, to: ., include: ["**/*.ipynb"], exclude: [old/**], optional: true }
limits: { total: 1G, file: 1000 }
`;

describe('activities/notebooks/list', () => {
  it('is read with its branches expanded', () => {
    const list = {
      sources: [
        { name: 'lessons', git: 'git@git.example.org:lessons.git', branch: 'main' },
        { name: 'extra', archive: 'https://example.org/extra.tar.gz', sha256: 'a'.repeat(64) },
      ],
      maps: [
        { source: 'lessons', from: 'docs/*.ipynb', to: 'lessons' },
        { source: 'extra', from: 'pages', to: '.', include: ['**/*.ipynb'], exclude: ['old/**'], optional: true },
      ],
      limits: { total: 1024 ** 3, file: 1000 },
    };
    expect(parse(GOOD)).toEqual({ list });
    expect(parse(GOOD, { LESSONS_BRANCH: 'next' }).list?.sources[0]).toMatchObject({ branch: 'next' });
    expect(parse(GOOD.replace(/limits.*/, '')).list?.limits).toEqual(DEFAULT_LIMITS);
  });

  it('the example of the documentation is one', async () => {
    const page = await readFile(new URL('../../../../docs/notebooks.md', import.meta.url), 'utf8');
    const { list, problems } = parse(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
    expect(problems).toBeUndefined();
    expect(list?.maps).toHaveLength(3);
  });

  it('a variable that is empty stands for the default branch of the repository', () => {
    expect(parse(GOOD.replace(':-main', '')).list?.sources[0]).toEqual({
      name: 'lessons',
      git: 'git@git.example.org:lessons.git',
      branch: undefined,
    });
  });

  it.each([
    ['sources: []', 'list.yml line 1: sources: should name a source.'],
    [GOOD.replace('limits', 'limit'), /line 7: limit: is no key here; the nearest is limits/],
    [GOOD.replace('lessons.git", branch', 'lessons.git", brnach'), /line 2: sources\[0\]\.brnach: is no key here/],
    [GOOD.replace('to: lessons', 'to: ../lessons'), /line 5: maps\[0\]\.to: should be a path or pattern/],
    [GOOD.replace('docs/*.ipynb', 'x/**/..'), /line 5: maps\[0\]\.from: should be a path or pattern/],
    [GOOD.replace('docs/*.ipynb', '"a\\nb"'), /line 5: maps\[0\]\.from: should be a path or pattern/],
    [GOOD.replace('docs/*.ipynb', '"a\\0b"'), /line 5: maps\[0\]\.from: should be a path or pattern/],
    [GOOD.replace('docs/*.ipynb', '"*a*b*c*d*e"'), /line 5: maps\[0\]\.from: should have at most 4 stars in a name/],
    [
      GOOD.replace('old/**', '"**/a/**/a/**/a/**/a/**"'),
      /line 6: maps\[1\]\.exclude\[0\]: should have at most 4 stars/,
    ],
    [GOOD.replace('name: lessons', 'name: "less\\0ons"'), /line 2: sources\[0\]\.name: should be a name/],
    [GOOD.replace('${LESSONS_BRANCH:-main}', '-main'), /line 2: sources\[0\]\.branch: should be the name of a branch/],
    [GOOD.replace('git@git.example.org:lessons.git', 'fd::3'), /git: should be the address/],
    ['sources: &a [*a]', /an alias \(\*name\) is used; write the value out/],
    [`sources: ${'['.repeat(3000)}`, /too deeply/],
    [GOOD.replace('from: pages', 'from: /etc'), /line 6: maps\[1\]\.from: should be/],
    [
      GOOD.replace('source: extra', 'source: other'),
      /line 6: maps\[1\]\.source: should be the name of a source \(lessons, extra\)/,
    ],
    [GOOD.replace('source: extra', 'source: lessons'), /line 3: sources\[1\]: is used by no map/],
    [GOOD.replace('name: extra', 'name: Lessons'), /line 3: sources\[1\]\.name: is the name of another source/],
    [GOOD.replace('name: extra', 'name: ../x'), /line 3: sources\[1\]\.name: should be a name/],
    [GOOD.replace('sha256', 'branch: x, sha256'), /branch: is for git/],
    [GOOD.replace('branch:', `sha256: ${'b'.repeat(64)}, branch:`), /sha256: is for an archive/],
    [
      GOOD.replace('git: "', 'archive: "https://e.org/a.zip", git: "'),
      /line 2: sources\[0\]: should have git or archive/,
    ],
    [GOOD.replace('https:', 'file:'), /archive: should be an http\(s\) address/],
    [GOOD.replace('extra.tar.gz', 'extra.rar'), /archive: should be an http\(s\) address/],
    [GOOD.replace('git@git.example.org:lessons.git', 'ext::sh -c id'), /git: should be the address/],
    [GOOD.replace('git@git.example.org:lessons.git', '--upload-pack=id'), /git: should be the address/],
    [GOOD.replace('${LESSONS_BRANCH:-main}', '${LESSONS_BRANCH:-$(id)}${'), /branch: should be a branch once/],
    [GOOD.replace('1G', 'large'), /limits\.total: should be a size/],
    ['{', /line 1: .*bracket is not closed|line 1/],
    ['', 'list.yml line 1: sources: should be a list of maps (- name: …).'],
  ])('%j is told with its line', (text, problem) => {
    const { problems = [] } = parse(text);
    expect(problems.join('\n')).toMatch(problem);
  });

  it('all mistakes are told at once, in order', () => {
    const { problems = [] } = parse(GOOD.replace('name: extra', 'name: ""').replace('to: .,', 'to: /,'));
    expect(problems.map((problem) => /line \d+/.exec(problem)?.[0])).toEqual(['line 3', 'line 6']);
  });

  it('a branch that a variable makes an option of is refused', () => {
    expect(parse(GOOD, { LESSONS_BRANCH: '--upload-pack=id' }).problems?.join()).toMatch(/should be a branch once/);
  });

  it.each([
    ['${A}', 'a'],
    ['x-${A:-b}-${B:-c}', 'x-a-c'],
    ['${EMPTY:-b}', 'b'],
    ['${NONE}', ''],
    ['$A ${A-b} $(id) `id` ${constructor}', '$A ${A-b} $(id) `id` '],
  ])('%s becomes %j', (text, expanded) => {
    expect(expand(text, { A: 'a', EMPTY: '' })).toBe(expanded);
  });
});
