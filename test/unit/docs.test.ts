import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SKIPPED = /(^|\/)(node_modules|dist|histories|\.git)(\/|$)/;

async function markdown(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (SKIPPED.test(path)) return [];
      if (entry.isDirectory()) return markdown(path);
      return entry.name.endsWith('.md') ? [path] : [];
    }),
  );
  return found.flat();
}

/** Text without blocks and spans of code, in which brackets are no links. */
const prose = (text: string): string =>
  text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').replace(/`[^`\n]*`/g, (span) => 'c'.repeat(span.length));

const linksIn = (text: string): string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');

/** As GitHub makes them of headings. */
const anchorsIn = (text: string): Set<string> =>
  new Set(
    [...text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/^#+ (.*)$/gm)].map((match) =>
      (match[1] ?? '')
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-'),
    ),
  );

/** What of a link does not exist; undefined when it does, or leads out of the project. */
async function broken(page: string, link: string): Promise<string | undefined> {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : relative(ROOT, join(ROOT, dirname(page), file));
  if (!existsSync(join(ROOT, target))) return `${page}: ${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  const anchors = anchorsIn(await readFile(join(ROOT, target), 'utf8'));
  return anchors.has(anchor) ? undefined : `${page}: ${link}: no heading of that name`;
}

const pages = await markdown('');

describe('docs', () => {
  it.each(pages)('%s links to what is there', async (page) => {
    const links = linksIn(await readFile(join(ROOT, page), 'utf8'));
    const wrong = await Promise.all(links.map((link) => broken(page, link)));
    expect(wrong.filter((sentence) => sentence !== undefined)).toEqual([]);
  });

  it('every paper is in the index', async () => {
    const index = linksIn(await readFile(join(ROOT, 'docs/README.md'), 'utf8')).map((link) => link.split('#')[0]);
    const papers = (await readdir(join(ROOT, 'docs'), { withFileTypes: true })).filter((entry) => entry.isFile());
    expect(papers.length).toBeGreaterThan(8);
    expect(papers.map(({ name }) => name).filter((name) => name !== 'README.md' && !index.includes(name))).toEqual([]);
  });

  it('the README links to every page of docs', async () => {
    const links = linksIn(await readFile(join(ROOT, 'README.md'), 'utf8'));
    const papers = pages.filter((page) => page.startsWith('docs/'));
    expect(papers.filter((page) => !links.includes(page))).toEqual([]);
  });

  it('the tests that the table of scenarios names bear the number, and no number is left out', async () => {
    const table = await readFile(join(ROOT, 'test/README.md'), 'utf8');
    const scenarios = table.split(/^## What went wrong/m)[0] ?? '';
    const rows = [...scenarios.matchAll(/^\| (\d+) .*$/gm)].map(([row, number = '']) => ({
      number,
      tests: linksIn(row),
    }));
    expect(rows.map(({ number }) => Number(number))).toEqual(Array.from({ length: 21 }, (_, i) => 10 + i));
    for (const { number, tests } of rows) {
      for (const test of tests.filter((path) => path.endsWith('.test.ts'))) {
        const named = (await readFile(join(ROOT, 'test', test), 'utf8')).includes(`'scenario ${number}: `);
        expect({ number, test, named }).toEqual({ number, test, named: true });
      }
    }
  });

  it('each pain of the former scheduler with jobs and configuration has its tests in the table, those that bear its number too', async () => {
    const [, section = ''] = (await readFile(join(ROOT, 'test/README.md'), 'utf8')).split(/^## What went wrong.*$/m);
    const rows = new Map(
      [...section.matchAll(/^\| (\d+) .*$/gm)].map(([row, number]) => [Number(number), linksIn(row)]),
    );
    const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
    expect([...rows.keys()]).toEqual(expect.arrayContaining([...range(17, 36), ...range(41, 52)]));
    for (const [number, tests] of rows) expect({ number, any: tests.length > 0 }).toEqual({ number, any: true });
    for (const path of await readdir(join(ROOT, 'test'), { recursive: true })) {
      if (!path.endsWith('.test.ts')) continue;
      const text = await readFile(join(ROOT, 'test', path), 'utf8');
      for (const [, number] of text.matchAll(/^ *(?:it\(|\]\)\(|)'row (\d+): /gm)) {
        const tests = rows.get(Number(number));
        if (tests !== undefined)
          expect({ number, tests }).toEqual({ number, tests: expect.arrayContaining([path]) as string[] });
      }
    }
  });

  it.each([
    ['README.md', 'docs/nothing.md'],
    ['docs/README.md', 'state.md#no-such-heading'],
    ['docs/state.md', '#no-such-heading'],
  ])('finds a planted link: %s → %s', async (page, link) => {
    expect(await broken(page, link)).toContain(link);
  });

  it('reads no link out of code', () => {
    expect(linksIn('a `[b](c)` d [e](f.md)\n```\n[g](h)\n```\n')).toEqual(['f.md']);
  });
});
