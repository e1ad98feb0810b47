import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifests } from '../../../../activities/components/read.js';

let root: string;
const dirs = (...names: string[]) => names.map((name) => join(root, name));
const same = (path: string) => path;
const write = (name: string, text: string | Buffer) => {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, 'component.yml'), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'birdkeeper-components-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('activities/components/read', () => {
  it('reads one manifest per component, in order, empty where there is no file', async () => {
    write('b', 'hooks: { pre: { timeout: 9 } }');
    mkdirSync(join(root, 'a'));
    const found = await readManifests(dirs('b', 'a', 'gone'), same);
    expect(found.map(({ name, dir }) => [name, dir])).toEqual([
      ['b', join(root, 'b')],
      ['a', join(root, 'a')],
      ['gone', join(root, 'gone')],
    ]);
    expect(found[0]?.manifest.hooks).toEqual({ pre: { timeout: 9 } });
    expect(found[1]?.manifest.hooks).toEqual({});
  });

  it('reads where the view shows the component, and calls the file by its live path', async () => {
    write('staged', 'hoks: {}');
    const reading = readManifests(['/live/c'], (path) => path.replace('/live/c', join(root, 'staged')));
    await expect(reading).rejects.toThrow(
      /^\/live\/c\/component\.yml line 1: hoks: is no key here; the nearest is hooks/,
    );
  });

  it('tells the mistakes of all files at once, as a matter of configuration', async () => {
    write('a', 'x: 1');
    write('b', 'y: 1');
    const reading = readManifests(dirs('a', 'b'), same);
    await expect(reading).rejects.toMatchObject({ type: 'Configuration' });
    await expect(reading).rejects.toThrow(/a\/component\.yml line 1: x: .*\n.*b\/component\.yml line 1: y: /);
  });

  it('says of what is no file, and of what is huge, that it cannot be read', async () => {
    mkdirSync(join(root, 'a/component.yml'), { recursive: true });
    mkdirSync(join(root, 'b'));
    execFileSync('mkfifo', [join(root, 'b/component.yml')]);
    write('c', '');
    execFileSync('truncate', ['-s', '100G', join(root, 'c/component.yml')]);
    await expect(readManifests(dirs('a', 'b', 'c'), same)).rejects.toThrow(
      /a\/component.yml line 1: .* \(it is no regular file\)\.\n.*b\/component.yml .*regular file\)\.\n.*c\/component.yml line 1: the file is larger than 64 kB\./,
    );
  });
});
