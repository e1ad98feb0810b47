import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTING_KEYS, SETTINGS, type SettingRow } from '../../../../activities/stack/settings-table.js';

const ROOT = join(import.meta.dirname, '../../../..');
const SOURCES = ['activities', 'bin', 'client', 'scripts', 'worker', 'workflows'];
const OURS = /BIRDKEEPER_[A-Z0-9_]+/g;
/** The name goes on with that of a checkout. */
const PIN = 'BIRDKEEPER_PIN_';

interface Documented {
  names: string[];
  default: string;
  meaning: string;
  example: string;
}

/** Rows of all tables with four columns, by their first name. Marks of code and escapes are no text. */
function documentedIn(page: string): Map<string, Documented> {
  const rows = page.split('\n').flatMap((line) => {
    if (!/^\| `[A-Z]/.test(line)) return [];
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    const [first = '', value = '', meaning = '', example = ''] = cells.map((cell) => plain(cell));
    const names = first.split(/<br>|, /);
    return cells.length === 4 ? [{ names, default: value === 'none' ? '' : value, meaning, example }] : [];
  });
  return new Map(rows.map((row) => [row.names[0] ?? '', row]));
}

const plain = (cell: string): string =>
  cell
    .replaceAll('`', '')
    .replace(/\\(?=\W)/g, '')
    .trim();

/** What of a row the page does not say, or says otherwise. */
function missingOf(row: SettingRow, documented: ReadonlyMap<string, Documented>): string[] {
  const [name] = row.names;
  const found = documented.get(name);
  if (found === undefined) return [`${name} is not on the page`];
  const { example, ...said } = found;
  const wanted = { names: [...row.names], default: row.default, meaning: row.meaning };
  return [
    ...(JSON.stringify(said) === JSON.stringify(wanted)
      ? []
      : [`${name}: the page says ${JSON.stringify(said)}, the table ${JSON.stringify(wanted)}`]),
    ...(example === '' ? [`${name} has no example`] : []),
  ];
}

async function textsBelow(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  return Promise.all(
    names.filter((name) => pattern.test(name)).map((name) => readFile(join(ROOT, folder, name), 'utf8')),
  );
}

const namesIn = (texts: readonly string[]): Set<string> => new Set(texts.flatMap((text) => text.match(OURS) ?? []));

const page = await readFile(join(ROOT, 'docs/settings.md'), 'utf8');

describe('activities/stack/settings', () => {
  describe('docs/settings.md', () => {
    it.each(SETTING_KEYS)('says of %s what the table says, with an example', (key) => {
      expect(missingOf(SETTINGS[key], documentedIn(page))).toEqual([]);
    });

    it('holds every variable that worker and command line read', async () => {
      const readers = ['worker/host-settings.ts', 'client/settings.ts', 'client/places.ts'];
      const texts = await Promise.all(readers.map((path) => readFile(join(ROOT, path), 'utf8')));
      const read = [...namesIn(texts), 'DOCKER_HOST', 'TEMPORAL_ADDRESS'];
      expect(read.length).toBeGreaterThan(6);
      expect(read.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    });
  });

  it('knows every variable of ours that the papers name', async () => {
    const code = (await Promise.all(SOURCES.map((folder) => textsBelow(folder, /\.m?ts$|\.mjs$/)))).flat();
    const files = [await readFile(join(ROOT, 'docker-compose.temporal.yml'), 'utf8')];
    const known = namesIn([...code, ...files, ...(await textsBelow('components', /default\.env$/))]);
    const roots = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => readFile(join(ROOT, name), 'utf8'));
    const named = namesIn([...(await textsBelow('docs', /\.md$|\.service$/)), ...(await Promise.all(roots))]);
    expect(named.size).toBeGreaterThan(SETTING_KEYS.length / 2);
    expect([...named].filter((name) => !known.has(name) && !name.startsWith(PIN))).toEqual([]);
  });

  describe('a page that went astray', () => {
    const [row, line] = [SETTINGS.pull, /^\| `BIRDKEEPER_PULL`.*$/m.exec(page)?.[0] ?? ''];
    const after = (change: (line: string) => string) => missingOf(row, documentedIn(change(line)));

    it.each<[string, (line: string) => string]>([
      ['lacks the setting', () => ''],
      ['has another name', (text) => text.replace('BIRDKEEPER_PULL', 'BIRDKEEPER_PULLS')],
      ['has another default', (text) => text.replace('`missing`', '`always`')],
      ['has another meaning', (text) => text.replace('absent', 'old')],
      ['has no example', (text) => text.replace(/\| `always` +\|$/, '| |')],
    ])('is found out: it %s', (_what, change) => {
      expect(after((text) => text)).toEqual([]);
      expect(after(change)).toHaveLength(1);
    });
  });
});
