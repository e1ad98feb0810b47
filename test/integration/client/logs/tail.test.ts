import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileTail } from '../../../../client/logs/tail.js';

let dir: string;
let path: string;
let tail: FileTail;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-tail-'));
  path = join(dir, 'a.log');
  tail = new FileTail(path);
});
afterEach(async () => {
  await tail.close();
  await rm(dir, { recursive: true, force: true });
});

describe('client/logs/tail', () => {
  it('gives what is there, then what comes, whole lines only', async () => {
    expect(await tail.lines()).toEqual([]);
    await writeFile(path, 'one\ntwo\nthr');
    expect(await tail.lines()).toEqual(['one', 'two']);
    await appendFile(path, 'ee\n');
    expect(await tail.lines()).toEqual(['three']);
    expect(await tail.lines()).toEqual([]);
  });

  it('does not break a character that is written in two parts', async () => {
    const text = Buffer.from('größe → klein\n');
    await writeFile(path, text.subarray(0, 3));
    expect(await tail.lines()).toEqual([]);
    await appendFile(path, text.subarray(3));
    expect(await tail.lines()).toEqual(['größe → klein']);
  });

  it('goes on in the file that a rotation puts in its place, after the rest of the old one', async () => {
    await writeFile(path, 'one\n');
    expect(await tail.lines()).toEqual(['one']);
    await appendFile(path, 'two\n');
    await rename(path, `${path}.1`);
    expect(await tail.lines()).toEqual(['two']);
    await appendFile(`${path}.1`, 'late\n');
    await writeFile(path, 'three\n');
    expect(await tail.lines()).toEqual(['late', 'three']);
  });

  it('begins anew when the file was cut to nothing', async () => {
    await writeFile(path, 'one\ntwo\nhal');
    await tail.lines();
    await truncate(path, 0);
    expect(await tail.lines()).toEqual([]);
    await appendFile(path, 'a\n');
    expect(await tail.lines()).toEqual(['a']);
  });

  it('gives a large file in one go', async () => {
    const many = Array.from({ length: 50_000 }, (_, i) => `line ${i} of many, each some bytes long`);
    await writeFile(path, `${many.join('\n')}\n`);
    const lines = await tail.lines();
    expect(lines).toHaveLength(50_000);
    expect(lines.at(-1)).toBe(many.at(-1));
  });
});
