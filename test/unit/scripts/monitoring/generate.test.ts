import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASES, generate } from '../../../../scripts/monitoring/generate.js';
import { ALL_RULES } from '../../../../scripts/monitoring/rules/index.js';
import { settable } from '../../../../scripts/monitoring/write/thresholds.js';

const ROOT = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFile(join(ROOT, path), 'utf8').catch(() => `${path} is not there`);
const written = await generate();
const isTemplate = ({ path }: { path: string }) => path.endsWith('.template');

describe('scripts/monitoring/generate', () => {
  it('what is written is current: else run node scripts/monitoring.mjs', async () => {
    const stale = await Promise.all(written.map(async ({ path, text }) => ((await read(path)) === text ? [] : [path])));
    expect(stale.flat()).toEqual([]);
  });

  it('nothing is left of rules that are gone', async () => {
    const paths = written.map(({ path }) => path);
    for (const folder of [CASES, 'components/monitoring/rules']) {
      const found = (await readdir(join(ROOT, folder))).filter((name) => /\.(yml|template)$/.test(name));
      expect(found.filter((name) => !paths.includes(`${folder}/${name}`))).toEqual([]);
    }
  });

  it('templates hold no variable but those of thresholds, and what Prometheus fills in itself', () => {
    const ours = settable().map(({ variable }) => variable);
    const names = written
      .filter(isTemplate)
      .flatMap(({ text }) => [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name));
    const [filled, kept] = [names.filter((name) => ours.includes(name)), names.filter((name) => !ours.includes(name))];
    expect(filled.sort()).toEqual([...ours].sort());
    expect([...new Set(kept)].sort()).toEqual(['1', 'labels', 'value']);
  });

  it('default.env has the defaults, and passes the names on', async () => {
    const text = await read('components/monitoring/default.env');
    for (const { variable, value } of settable()) {
      expect(text).toContain(`export ${variable}=${value} # `);
      expect(text).toContain(`  \\$${variable}\n`);
    }
    expect(text.match(/export PROMETHEUS_\w+_ALERT=/g)).toHaveLength(settable().length);
  });

  it('each alert has its heading, and its rule leads there', async () => {
    const headings = [...(await read('docs/alerts.md')).matchAll(/^### (.*)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(ALL_RULES.map(({ name }) => name));
    const links = written
      .filter(isTemplate)
      .flatMap(({ text }) => [...text.matchAll(/docs\/alerts\.md#(\w+)/g)].map(([, name]) => name));
    expect(links).toEqual(ALL_RULES.map(({ name }) => name.toLowerCase()));
  });
});
