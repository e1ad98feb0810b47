import { describe, expect, it } from 'vitest';
import { select } from '../../../../activities/notebooks/select.js';

const FILES = [
  'README.md',
  'a.ipynb',
  'docs/.hidden.ipynb',
  'docs/a.ipynb',
  'docs/deep/b.ipynb',
  'docs/deep/c.csv',
  'docs/x.html',
];
const chosen = (map: { from: string; to?: string; include?: string[]; exclude?: string[] }) =>
  select(FILES, { source: 's', to: '.', ...map }).map(({ from, to }) => `${from} > ${to}`);

describe('activities/notebooks/select', () => {
  it('a pattern leaves out what is in front of its first star', () => {
    expect(chosen({ from: 'docs/*.ipynb', to: 'hydro' })).toEqual(['docs/a.ipynb > hydro/a.ipynb']);
    expect(chosen({ from: 'docs/**/*.ipynb' })).toEqual(['docs/a.ipynb > a.ipynb', 'docs/deep/b.ipynb > deep/b.ipynb']);
  });

  it('a directory stands for all that is in it', () => {
    expect(chosen({ from: 'docs/deep', to: 'x/y' })).toEqual([
      'docs/deep/b.ipynb > x/y/b.ipynb',
      'docs/deep/c.csv > x/y/c.csv',
    ]);
    expect(chosen({ from: './docs/deep/', to: './x' })).toEqual(chosen({ from: 'docs/deep', to: 'x' }));
    expect(chosen({ from: '.' })).toHaveLength(FILES.length);
  });

  it('a file stands for itself', () => {
    expect(chosen({ from: 'docs/a.ipynb', to: 'one' })).toEqual(['docs/a.ipynb > one/a.ipynb']);
  });

  it('include and exclude are patterns of what remains', () => {
    expect(chosen({ from: 'docs', exclude: ['*.html', 'deep/**', '.*'] })).toEqual(['docs/a.ipynb > a.ipynb']);
    expect(chosen({ from: 'docs', include: ['**/*.csv'] })).toEqual(['docs/deep/c.csv > deep/c.csv']);
  });

  it('what is not there selects nothing', () => {
    expect(chosen({ from: 'doc' })).toEqual([]);
    expect(chosen({ from: 'gone/*.ipynb' })).toEqual([]);
  });
});
