import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commit, fingerprint, git, writeFiles } from '../../../support/git-checkout.js';
import { useServedCheckout } from './served-checkout.js';

describe('activities/git/pin', () => {
  const now = useServedCheckout('pin');
  let first: string;
  let second: string;
  let third: string;

  /** first (v1) - second - third (main); v2 is an annotated tag beside the branch. */
  let aside: string;
  beforeEach(async () => {
    const { author, dir, served } = now();
    first = await git(author, ['rev-parse', 'HEAD']);
    second = await now().release({ 'a.txt': '2\n' }, 'second');
    aside = await commit(author, { 'a.txt': 'aside\n' }, 'beside the branch');
    await git(author, ['tag', 'v1', first]);
    await git(author, ['tag', '--annotate', '--message', 'two', 'v2', aside]);
    await git(author, ['reset', '--hard', '--quiet', second]);
    third = await now().release({ 'a.txt': '3\n' }, 'third');
    await git(author, ['push', '--quiet', 'origin', '--tags']);
    // Only what is about ssh goes over ssh.
    await git(dir, ['remote', 'set-url', 'origin', served.path]);
    await git(dir, ['pull', '--quiet', '--no-tags', 'origin', 'main']);
    await git(dir, ['tag', '--delete', 'v1', 'v2']).catch(() => undefined);
  });
  const refs = async () =>
    (await git(now().dir, ['for-each-ref', '--format=%(refname)']))
      .split('\n')
      .filter((ref) => !ref.startsWith('refs/remotes/'));

  it('a tag is followed in the place of the upstream, also back', async () => {
    expect(await now().look({ pin: 'v1' })).toMatchObject({
      word: 'behind',
      pin: 'v1',
      upstream: 'origin/main',
      upstreamCommit: first,
      subject: 'first',
      behind: 0,
      ahead: 0,
    });
    await git(now().dir, ['reset', '--hard', '--quiet', first]);
    expect(await now().look({ pin: 'v1' })).toMatchObject({ word: 'up to date', upstreamCommit: first });
    expect(await now().look()).toMatchObject({ word: 'behind', behind: 2, upstreamCommit: third });
  });

  it('an annotated tag beside the branch is its commit', async () => {
    expect(await now().look({ pin: 'v2' })).toMatchObject({ word: 'behind', upstreamCommit: aside, behind: 1 });
    await git(now().dir, ['checkout', '--quiet', '--detach', aside]);
    expect(await now().look({ pin: 'refs/tags/v2' })).toMatchObject({ word: 'up to date' });
    // Another pin, from there: what the former one brought is nobody's own.
    expect(await now().look({ pin: 'v1' })).toMatchObject({ word: 'behind', upstreamCommit: first });
  });

  it('over ssh, with the key of the checkout', async () => {
    await git(now().dir, ['remote', 'set-url', 'origin', now().served.url]);
    expect(await now().look({ pin: 'v2' })).toMatchObject({ word: 'behind', upstreamCommit: aside });
  });

  it('a look leaves HEAD, index, FETCH_HEAD, work tree, tags and branches as they were', async () => {
    await writeFile(join(now().dir, '.git', 'FETCH_HEAD'), 'as it was\n');
    const isFetched = (path: string) =>
      /^\.git\/(objects|refs\/remotes|logs\/refs\/remotes|packed-refs)(\/|$)/.test(path);
    const before = [await fingerprint(now().dir, isFetched), await refs()];
    await now().look({ pin: 'v1' });
    await now().look({ pin: 'v2' });
    expect([await fingerprint(now().dir, isFetched), await refs()]).toEqual(before);
  });

  it('a look that asks nobody finds what the last look found, and says so where there was none', async () => {
    const unasked = await now().look({ pin: 'v1', fetch: false });
    expect(unasked).toMatchObject({
      word: 'unreachable',
      error: expect.stringContaining('"v1" is not here yet') as string,
    });
    await now().look({ pin: 'v1' });
    expect(await now().look({ pin: 'v1', fetch: false })).toMatchObject({ word: 'behind', upstreamCommit: first });
    // Pruning by anybody takes nothing of it.
    await git(now().dir, ['fetch', '--quiet', '--all', '--prune']);
    expect(await now().look({ pin: 'v1', fetch: false })).toMatchObject({ word: 'behind' });
  });

  it('a tag that was moved is followed, one that was deleted is gone', async () => {
    await now().look({ pin: 'v1' });
    await git(now().author, ['tag', '--force', 'v1', second]);
    await git(now().author, ['push', '--quiet', '--force', 'origin', 'v1']);
    expect(await now().look({ pin: 'v1' })).toMatchObject({ upstreamCommit: second });
    await git(now().author, ['push', '--quiet', 'origin', ':v1']);
    const seen = await now().look({ pin: 'v1' });
    expect(seen).toMatchObject({
      word: 'upstream gone',
      error: expect.stringContaining('the pin "v1" names no') as string,
    });
    expect(await now().look({ pin: 'v1', fetch: false })).not.toHaveProperty('upstreamCommit');
  });

  it('a pin that is no tag and no commit here is refused by its name, and runs nothing', async () => {
    for (const pin of ['v9', '--upload-pack=touch pwned', '-x', 'v*', '$(touch pwned)', 'main', 'a'.repeat(40)]) {
      const seen = await now().look({ pin });
      expect(seen.word, pin).toBe('upstream gone');
      expect(seen.error).toContain(JSON.stringify(pin));
      for (const place of [now().dir, process.cwd()]) expect(existsSync(join(place, 'pwned'))).toBe(false);
    }
  });

  it('a commit that is here needs no remote', async () => {
    await git(now().dir, ['remote', 'set-url', 'origin', '/nowhere']);
    expect(await now().look({ pin: second })).toMatchObject({ word: 'behind', upstreamCommit: second });
    expect(await now().look({ pin: third })).toMatchObject({ word: 'up to date' });
    expect(await now().look({ pin: 'v1' })).toMatchObject({ word: 'unreachable' });
  });

  it('a commit that is not here is fetched, from its branch or by its id; abbreviated ones by the branch', async () => {
    const fourth = await now().release({ 'a.txt': '4\n' }, 'fourth');
    expect(await now().look({ pin: fourth.slice(0, 10) })).toMatchObject({ word: 'behind', upstreamCommit: fourth });
    const fifth = await now().release({ 'a.txt': '5\n' }, 'fifth');
    expect(await now().look({ pin: fifth })).toMatchObject({ word: 'behind', upstreamCommit: fifth });
    expect(await now().look({ pin: aside })).toMatchObject({ word: 'behind', upstreamCommit: aside });
  });

  it("a person's commits, which neither upstream nor pin has, are diverged; dirty comes first", async () => {
    await commit(now().dir, { 'own.txt': 'x\n' }, 'own');
    expect(await now().look({ pin: 'v1' })).toMatchObject({ word: 'diverged', ahead: 1 });
    await writeFiles(now().dir, { 'a.txt': 'edited\n' });
    expect(await now().look({ pin: 'v1' })).toMatchObject({ word: 'dirty', pin: 'v1' });
  });

  it('a branch that follows nothing may have a pin', async () => {
    await git(now().dir, ['checkout', '--quiet', '-b', 'mine', second]);
    expect(await now().look({ pin: 'v2' })).toMatchObject({ word: 'behind', branch: 'mine' });
    await git(now().dir, ['remote', 'remove', 'origin']);
    expect(await now().look({ pin: 'v9' })).toMatchObject({ word: 'upstream gone' });
  });
});
