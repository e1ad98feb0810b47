import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forPerson, NEEDS_PERSON_PATH } from '../../../../activities/git/for-person.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';

describe('activities/git/for-person', () => {
  let root: string;
  let dir: string;
  let from: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('for-person');
  });
  afterAll(() => removeScratch(root));
  beforeEach(async () => {
    dir = join(root, `platform-${(count += 1)}`);
    await mkdir(dir);
    await git(dir, ['init', '--quiet', '--initial-branch=main']);
    from = await commit(dir, { [NEEDS_PERSON_PATH]: 'of old\n' }, 'first\n\nNeeds-Person: of old too');
  });

  const look = async (range: { from?: string; to?: string } = {}) =>
    forPerson({
      checkout: { name: 'platform', dir },
      from,
      to: await git(dir, ['rev-parse', 'HEAD']),
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      ...range,
    });

  it('a push that says nothing asks for nobody', async () => {
    await commit(dir, { 'a.txt': 'x' }, 'Speak of it\n\nThe text says Needs-Person: but not as a trailer.\n\nThe end');
    expect(await look()).toEqual([]);
    expect(await look({ to: from })).toEqual([]);
  });

  it('trailers of new commits, newest first, several in one, folded ones in one line', async () => {
    const one = await commit(dir, {}, 'Move\n\nWhy.\n\nNeeds-Person: move /data by hand\nneeds-person: tell users');
    const two = await commit(dir, {}, 'Key\n\nSigned-off-by: A <a@x>\nNeeds-Person: make a new key\n  and register it');
    expect(await look()).toEqual([
      `platform: make a new key and register it (commit ${two.slice(0, 7)})`,
      `platform: move /data by hand (commit ${one.slice(0, 7)})`,
      `platform: tell users (commit ${one.slice(0, 7)})`,
    ]);
  });

  it('the same text of two commits is said once', async () => {
    await commit(dir, {}, 'a\n\nNeeds-Person: do it');
    await commit(dir, {}, 'b\n\nNeeds-Person: do it');
    expect(await look()).toHaveLength(1);
  });

  it('the file where it is changed or added, with the commit that did it', async () => {
    const changed = await commit(dir, { [NEEDS_PERSON_PATH]: 'Stop the\n  importer first\n' }, 'second');
    const last = await commit(dir, { 'a.txt': '' }, 'third');
    expect(await look()).toEqual([`platform: Stop the importer first (commit ${changed.slice(0, 7)})`]);
    expect(await look({ from: changed })).toEqual([]);
    const gone = await commit(dir, { [NEEDS_PERSON_PATH]: null }, 'fourth');
    expect(await look({ from: last })).toEqual([]);
    await commit(dir, { [NEEDS_PERSON_PATH]: 'again' }, 'fifth');
    expect(await look({ from: gone })).toHaveLength(1);
    // A pin that goes back.
    expect(await look({ from: gone, to: changed })).toEqual([expect.stringContaining('importer')]);
  });

  it('long texts are cut, control characters and credentials taken out, many sentences counted', async () => {
    await commit(dir, { [NEEDS_PERSON_PATH]: `\u001b[31m${'x'.repeat(2_000)}` }, 'long');
    const [cut = ''] = await look();
    expect(cut).toContain('[31mxxx');
    expect([...cut].length).toBeLessThanOrEqual(500 + 'platform:  (commit 1234567)'.length);
    const many = Array.from({ length: 14 }, (_, n) => `Needs-Person: step ${n} at https://u:s3cr3t@h/`).join('\n');
    await commit(dir, {}, `many\n\n${many}`);
    const told = await look();
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe('… and 5 more');
    expect(told.join()).not.toMatch(/s3cr3t|\u001b/);
  });
});
