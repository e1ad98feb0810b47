import { describe, expect, it } from 'vitest';
import { compareFiles, manifestPathIn, readManifest } from '../../../../activities/backup/manifest.js';

const sha = (digit: string) => digit.repeat(64);

describe('activities/backup/manifest', () => {
  it('is found by the directory of ours among the paths of a snapshot', () => {
    expect(manifestPathIn(['/srv/data', '/state/a/birdkeeper-backup'])).toBe(
      '/state/a/birdkeeper-backup/manifest.json',
    );
    expect(manifestPathIn(['/srv/birdkeeper-backup-old'])).toBeUndefined();
  });

  it('what is missing, cut short or changed is told', () => {
    const wanted = ['a', 'b', 'c', 'd'].map((path) => ({ path, bytes: 2, sha256: sha('1') }));
    const found = [
      { path: 'a', bytes: 2, sha256: sha('1') },
      { path: 'b', bytes: 1, sha256: sha('1') },
      { path: 'c', bytes: 2, sha256: sha('2') },
    ];
    expect(compareFiles(wanted, found)).toEqual(['b has 1 bytes, not 2', 'c has another content', 'd is missing']);
  });

  it.each(['', '{', '{"version":2}', '{"version":1,"parts":[{}]}'])('%j is none', (text) => {
    expect(() => readManifest(text, 'abcd1234')).toThrow(/manifest of snapshot abcd1234 cannot be read/);
  });
});
