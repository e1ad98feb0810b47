import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyRendered, openLiveView, planRendered, restoreRendered } from '../../../../activities/stack/index.js';
import { write } from './fixture.js';
import { sampleStack, type SampleStack } from './sample-stack.js';

let sample: SampleStack;
let root: string;
let live: SampleStack['live'];
let stack: string;
const deps = () => sample.deps;

beforeEach(() => {
  sample = sampleStack();
  ({ root, live, directory: stack } = sample);
});
afterEach(() => sample.remove());

describe('activities/stack/rendered-files', () => {
  const target = () => join(stack, 'components/proxy/conf/proxy.conf');

  it('writes what differs, once, keeping owner and mode, and leaves nothing beside it', async () => {
    write(stack, { 'components/proxy/conf/proxy.conf': 'old text' });
    chmodSync(target(), 0o640);
    const asRoot = process.getuid?.() === 0;
    if (asRoot) execFileSync('chown', ['1234:2345', target()]);
    const view = await openLiveView({ directory: stack }, deps());
    const [change] = await planRendered(view);
    expect(change).toMatchObject({ path: target(), before: Buffer.from('old text') });
    expect(await applyRendered(view)).toEqual([target()]);
    expect(readFileSync(target())).toEqual(change?.text);
    const { mode, uid, gid, ino } = statSync(target());
    expect(mode & 0o7777).toBe(0o640);
    if (asRoot) expect([uid, gid]).toEqual([1234, 2345]);
    expect(await applyRendered(view)).toEqual([]);
    expect(statSync(target()).ino).toBe(ino);
    expect(execFileSync('find', [live.platform, '-name', '*.tmp'], { encoding: 'utf8' })).toBe('');

    await restoreRendered([{ path: target(), text: change?.before ?? null }]);
    expect(readFileSync(target(), 'utf8')).toBe('old text');
    expect(statSync(target()).mode & 0o7777).toBe(0o640);
  });

  it('a file that its component calls private is readable by its owner alone, also one that was there before', async () => {
    write(stack, { 'components/proxy/component.yml': 'private: [conf/proxy.conf]\n' });
    await applyRendered(await openLiveView({ directory: stack }, deps()));
    expect(statSync(target()).mode & 0o777).toBe(0o600);
    chmodSync(target(), 0o644);
    expect(await applyRendered(await openLiveView({ directory: stack }, deps()))).toEqual([]);
    expect(statSync(target()).mode & 0o777).toBe(0o600);
  });

  it('a private file that no template gives is refused, so that no slip leaves a secret readable', async () => {
    write(stack, { 'components/proxy/component.yml': 'private: [conf/other.conf]\n' });
    const { refusals } = await openLiveView({ directory: stack }, deps());
    expect(refusals.join('\n')).toContain('private: conf/other.conf is no file that a template of the component gives');
  });

  it('gives a new file the owner of its directory and removes it again', async () => {
    const asRoot = process.getuid?.() === 0;
    if (asRoot) execFileSync('chown', ['1234:2345', join(stack, 'components/proxy/conf')]);
    const view = await openLiveView({ directory: stack }, deps());
    const [change] = await planRendered(view);
    expect(change?.before).toBeNull();
    await applyRendered(view);
    if (asRoot) expect(statSync(target()).uid).toBe(1234);
    await restoreRendered([{ path: target(), text: null }]);
    await restoreRendered([{ path: target(), text: null }]);
    expect(existsSync(target())).toBe(false);
  });

  it('puts no half-written file into the work tree, where a kill would leave it untracked', async () => {
    const seen: string[] = [];
    const watcher = watch(join(stack, 'components/proxy/conf'), (_, name) => seen.push(name ?? ''));
    try {
      await applyRendered(await openLiveView({ directory: stack }, deps()));
      await vi.waitFor(() => expect(seen).toContain('proxy.conf'));
    } finally {
      watcher.close();
    }
    expect(new Set(seen)).toEqual(new Set(['proxy.conf']));
  });

  it('writes through a link', async () => {
    write(root, { 'real.conf': 'old' });
    symlinkSync(join(root, 'real.conf'), target());
    await applyRendered(await openLiveView({ directory: stack }, deps()));
    expect(lstatSync(target()).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, 'real.conf'), 'utf8')).toContain('hello');
  });

  it.each([
    ['a link to nothing', 'nowhere'],
    ['a link to a directory', '.'],
  ])('names a template that is %s', async (_, target) => {
    symlinkSync(target, join(stack, 'components/proxy/conf/odd.conf.template'));
    await expect(openLiveView({ directory: stack }, deps())).rejects.toMatchObject({
      type: 'Configuration',
      message: expect.stringMatching(/odd\.conf\.template cannot be read \(.*a link to one\.$/) as string,
    });
  });

  it('takes an empty directory away that Docker made in the place of the file', async () => {
    mkdirSync(target());
    const view = await openLiveView({ directory: stack }, deps());
    expect(await planRendered(view)).toMatchObject([{ path: target(), before: null, mode: 0o644 }]);
    expect(await applyRendered(view)).toEqual([target()]);
    expect(statSync(target()).isFile()).toBe(true);
  });

  it('refuses a target that is a directory with something in it', async () => {
    mkdirSync(join(target(), 'data'), { recursive: true });
    await expect(planRendered(await openLiveView({ directory: stack }, deps()))).rejects.toThrow(
      /proxy\.conf is a directory/,
    );
  });
});
