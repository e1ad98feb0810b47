import { beforeEach, describe, expect, it } from 'vitest';
import { commit, git } from '../../../support/git-checkout.js';
import { useServedCheckout } from './served-checkout.js';

describe('activities/git/followed', () => {
  const now = useServedCheckout('followed');
  let first: string;
  let second: string;

  beforeEach(async () => {
    const { author, dir, served } = now();
    await git(dir, ['remote', 'set-url', 'origin', served.path]);
    first = await git(author, ['rev-parse', 'HEAD']);
    second = await now().release({ 'a.txt': '2\n' }, 'second');
    await git(dir, ['pull', '--quiet', '--no-tags', 'origin', 'main']);
  });

  /** Another history from the first commit on, pushed by force. */
  async function rewrite(): Promise<string> {
    await git(now().author, ['reset', '--hard', '--quiet', first]);
    const made = await commit(now().author, { 'a.txt': 'rewritten\n' }, 'rewritten');
    await git(now().author, ['push', '--quiet', '--force', 'origin', 'HEAD:main']);
    return made;
  }

  it('an upstream that was force-pushed is told, and followed where that is wanted', async () => {
    const upstreamCommit = await rewrite();
    const reported = await now().look();
    expect(reported).toMatchObject({ word: 'diverged', rewritten: true, ahead: 1, behind: 1, upstreamCommit });
    expect(reported.error).toContain('origin/main was rewritten (force-pushed)');
    const followed = await now().look({ rewrittenUpstream: 'follow' });
    expect(followed).toMatchObject({ word: 'behind', rewritten: true, upstreamCommit });
    expect(followed).not.toHaveProperty('error');
  });

  it('one that was pushed back to a former commit, too', async () => {
    await git(now().author, ['push', '--quiet', '--force', 'origin', `${first}:main`]);
    expect(await now().look()).toMatchObject({ word: 'ahead', rewritten: true });
    expect(await now().look({ rewrittenUpstream: 'follow' })).toMatchObject({ word: 'behind', upstreamCommit: first });
  });

  it("with a person's commit on top nothing is followed", async () => {
    await commit(now().dir, { 'own.txt': 'x\n' }, 'own');
    await rewrite();
    const seen = await now().look({ rewrittenUpstream: 'follow' });
    expect(seen).toMatchObject({ word: 'diverged', head: expect.not.stringContaining(second) as string });
    expect(seen).not.toHaveProperty('rewritten');
  });

  it('a person who is ahead of an upstream that nobody rewrote is ahead', async () => {
    await commit(now().dir, { 'own.txt': 'x\n' }, 'own');
    expect(await now().look({ rewrittenUpstream: 'follow' })).toMatchObject({ word: 'ahead', ahead: 1 });
  });
});
