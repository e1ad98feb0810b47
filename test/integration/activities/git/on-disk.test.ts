import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDisk } from '../../../../activities/git/on-disk.js';
import { makeScratch, removeScratch, writeFiles } from '../../../support/git-checkout.js';

describe('activities/git/on-disk', () => {
  let root: string;
  beforeAll(async () => {
    root = await makeScratch('on-disk');
    await writeFiles(join(root, 'from'), { file: 'old text', same: 'x', removed: 'r', 'sub/b': 'b', turned: 'file' });
    await writeFiles(join(root, 'to'), {
      file: 'new text, longer',
      same: 'x',
      added: 'a',
      'sub/b': 'b2',
      'turned/in': '',
    });
    await symlink('one', join(root, 'from', 'link'));
    await symlink('two', join(root, 'to', 'link'));
  });
  afterAll(() => removeScratch(root));

  let count = 0;
  async function stateOf(path: string, files: Record<string, string>, prepare?: (live: string) => Promise<void>) {
    const live = join(root, `live-${(count += 1)}`);
    await mkdir(live);
    await writeFiles(live, files);
    await prepare?.(live);
    return onDisk(live, path, { from: join(root, 'from'), to: join(root, 'to') });
  }

  it.each([
    ['from', 'file', { file: 'old text' }],
    ['to', 'file', { file: 'new text, longer' }],
    ['cut short', 'file', { file: 'new te' }],
    ['cut short', 'file', { file: 'old' }],
    ['cut short', 'file', { file: '' }],
    ['absent', 'file', {}],
    ['other', 'file', { file: 'new text, longer than that' }],
    ['other', 'file', { file: 'my text' }],
    ['from', 'added', {}],
    ['to', 'removed', {}],
    ['other', 'added', { added: 'mine' }],
    ['to', 'turned', { 'turned/in': '' }],
    ['absent', 'turned', {}],
  ])('%s: %s with %j', async (state, path, files) => {
    expect(await stateOf(path, files as Record<string, string>)).toBe(state);
  });

  it('links are compared by where they point, and never followed', async () => {
    expect(await stateOf('link', {}, (live) => symlink('two', join(live, 'link')))).toBe('to');
    expect(await stateOf('link', {}, (live) => symlink('three', join(live, 'link')))).toBe('other');
    expect(await stateOf('file', {}, (live) => symlink(join(root, 'from', 'file'), join(live, 'file')))).toBe('other');
    expect(await stateOf('sub/b', {}, (live) => symlink(join(root, 'to', 'sub'), join(live, 'sub')))).toBe('absent');
  });

  it('the executable bit counts', async () => {
    expect(await stateOf('same', { same: 'x' })).toBe('from');
    expect(await stateOf('same', { same: 'x' }, (live) => chmod(join(live, 'same'), 0o755))).toBe('other');
  });
});
