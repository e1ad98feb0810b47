import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  appendJsonLine,
  readIfThere,
  readJson,
  readJsonLines,
  writeAtomically,
  writeJson,
} from '../../../../activities/shared/files.js';

const Entry = z.object({ n: z.number() });

describe('activities/shared/files', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'birdkeeper-files-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const at = (name: string) => join(directory, name);

  it('writes into folders that do not exist yet, readable by the owner only', async () => {
    await writeAtomically(at('a/b/file'), 'text');
    expect(await readFile(at('a/b/file'), 'utf8')).toBe('text');
    expect((await stat(at('a/b/file'))).mode & 0o777).toBe(0o600);
    expect((await stat(at('a/b'))).mode & 0o777).toBe(0o700);
  });

  it('gives the mode that is asked for, also to a file that had another', async () => {
    await writeFile(at('file'), 'old', { mode: 0o600 });
    await writeAtomically(at('file'), 'new', 0o644);
    expect((await stat(at('file'))).mode & 0o777).toBe(0o644);
  });

  it('a reader sees the old or the new text, never a part', async () => {
    const texts = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await writeAtomically(at('file'), texts[0] ?? '');
    let writing = true;
    const writer = (async () => {
      for (let turn = 0; turn < 40; turn++) await writeAtomically(at('file'), texts[turn % 2] ?? '');
    })().finally(() => (writing = false));
    const seen = new Set<string>();
    while (writing) seen.add(await readFile(at('file'), 'utf8'));
    await writer;
    expect(texts).toEqual(expect.arrayContaining([...seen]));
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('a write that fails leaves the former text and nothing beside it', async () => {
    await mkdir(at('taken/inside'), { recursive: true });
    await expect(writeAtomically(at('taken'), 'x')).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['taken']);
  });

  it('reads back what it wrote, and undefined when there is nothing', async () => {
    await writeJson(at('value.json'), { n: 1 });
    expect(await readJson(at('value.json'), Entry)).toEqual({ n: 1 });
    expect(await readJson(at('none.json'), Entry)).toBeUndefined();
    expect(await readIfThere(at('value.json/below'))).toBeUndefined();
  });

  it.each([
    ['bad JSON', '{"n": 1', /value\.json is not JSON .*Move it away/],
    ['nothing', '', /is not JSON/],
    ['another shape', '{"n": "one"}', /value\.json: n: .*Move it away/],
  ])('a file that holds %s is named', async (_, text, message) => {
    await writeFile(at('value.json'), text);
    await expect(readJson(at('value.json'), Entry)).rejects.toThrow(message);
  });

  it('a line cut short by a crash is left out, and the next one is whole', async () => {
    await appendJsonLine(at('lines'), { n: 1 });
    await appendFile(at('lines'), '{"n": 2');
    expect(await readJsonLines(at('lines'), Entry)).toEqual([{ n: 1 }]);
    await appendJsonLine(at('lines'), { n: 3 });
    expect(await readJsonLines(at('lines'), Entry)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('a line cut short inside a letter is left out', async () => {
    await writeFile(
      at('lines'),
      Buffer.concat([Buffer.from('{"n": 1}\n{"n": 2, "x": "'), Buffer.from('é').subarray(0, 1)]),
    );
    await appendJsonLine(at('lines'), { n: 3 });
    expect(await readJsonLines(at('lines'), Entry)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('lines of another shape, empty ones and a file that is not there are no trouble', async () => {
    await writeFile(at('lines'), '\n{"m": 1}\nnull\n[]\n{"n": 4}\n');
    expect(await readJsonLines(at('lines'), Entry)).toEqual([{ n: 4 }]);
    expect(await readJsonLines(at('none'), Entry)).toEqual([]);
  });

  it('lines appended at the same time all arrive', async () => {
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    await Promise.all(numbers.map((n) => appendJsonLine(at('lines'), { n })));
    const read = await readJsonLines(at('lines'), Entry);
    expect(read.map(({ n }) => n).sort((a, b) => a - b)).toEqual(numbers);
  });
});
