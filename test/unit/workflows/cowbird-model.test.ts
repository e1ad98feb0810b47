import { describe, expect, it } from 'vitest';
import { resyncWords } from '../../../workflows/cowbird-model.js';

describe('workflows/cowbird-model', () => {
  it('before a resync it is said what is wiped, what is built anew, and who is in its way', () => {
    const words = resyncWords('FileSystem', ['anne']).join('\n');
    expect(words).toMatch(/^Wiped: .*public.*wps_outputs/);
    expect(words).toMatch(/Built anew: a hard link/);
    expect(words).toMatch(/anne has no workspace/);
    expect(resyncWords('FileSystem').join('\n')).not.toMatch(/no workspace/);
    expect(resyncWords('Nginx')).toEqual([expect.stringMatching(/^Nothing/)]);
  });
});
