import { describe, expect, it } from 'vitest';
import { fetchSourceCommand } from '../../../../activities/git/source.js';

describe('activities/git/source', () => {
  it('fetches one commit of one branch, and neither address nor branch can be an option', () => {
    const command = fetchSourceCommand({ url: '--upload-pack=x', branch: '-b' });
    expect(command.slice(command.indexOf('fetch'))).toEqual([
      'fetch',
      '--quiet',
      '--depth=1',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
      '--end-of-options',
      '--upload-pack=x',
      '+refs/heads/-b:refs/birdkeeper/source',
    ]);
  });
});
