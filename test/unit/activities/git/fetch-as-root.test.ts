import { describe, expect, it } from 'vitest';
import { mirrored } from '../../../../activities/git/fetch-as-root.js';

const id = 'a1'.repeat(20);

describe('activities/git/fetch-as-root', () => {
  it.each([
    ['+refs/heads/*:refs/remotes/origin/*', ['+refs/heads/*:refs/heads/*']],
    ['refs/heads/main:refs/remotes/origin/main', ['+refs/heads/main:refs/heads/main']],
    ['+refs/tags/v1:refs/remotes/birdkeeper-pin/v1', ['+refs/tags/v1:refs/tags/v1']],
    [`+${id}:refs/remotes/birdkeeper-pin/${id}`, [`+${id}:refs/birdkeeper/${id}`]],
    ['main', ['+main:refs/heads/main']],
    ['^refs/heads/wip/*', ['^refs/heads/wip/*']],
    ['HEAD', []],
    [':refs/x', []],
  ])('%s', (refspec, wanted) => {
    expect(mirrored(refspec)).toEqual(wanted);
  });
});
