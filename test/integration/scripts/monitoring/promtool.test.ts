import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES } from '../../../../scripts/monitoring/generate.js';
import type { Rule } from '../../../../scripts/monitoring/model.js';
import { ALL_RULES, RULE_FILES, rulesOf } from '../../../../scripts/monitoring/rules/index.js';
import { caseName } from '../../../../scripts/monitoring/write/cases.js';
import { type Compare, rendered, template, templatePath } from '../../../../scripts/monitoring/write/template.js';
import { readFile } from 'node:fs/promises';

const ROOT = join(import.meta.dirname, '../../../..');
let dir: string;

function promtool(...args: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, {
    cwd: dir,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error) throw new Error(`promtool cannot be started (Debian: apt-get install prometheus): ${error.message}`);
  return { status, text: stdout + stderr };
}

/** Each rule alone in a file, beside its cases; `compare` breaks comparisons. */
async function lay(rules: readonly Rule[], compare?: Compare): Promise<string[]> {
  await Promise.all(
    rules.map(async (rule) => {
      await writeFile(
        join(dir, `${rule.name}.rules`),
        rendered(template([{ name: rule.name, rules: [rule] }], compare), [rule]),
      );
      await copyFile(join(ROOT, CASES, `${rule.name}.test.yml`), join(dir, `${rule.name}.test.yml`));
    }),
  );
  return rules.map(({ name }) => `${name}.test.yml`);
}

const failed = (text: string): Set<string> =>
  new Set([...text.matchAll(/^ {4}name: (.*),$/gm)].map(([, name = '']) => name));
const namesOf = (kind: string): string[] =>
  ALL_RULES.flatMap((rule) => rule.cases.filter((one) => one.kind === kind).map((one) => caseName(rule, one)));

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bk-test-rules-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('scripts/monitoring/promtool', () => {
  it('takes the rules as the stack renders them, without a word of its lint', async () => {
    const files = await Promise.all(
      RULE_FILES.map(async (file) => {
        const name = `${file.name}.rules`;
        await writeFile(
          join(dir, name),
          rendered(await readFile(join(ROOT, templatePath(file)), 'utf8'), rulesOf(file)),
        );
        return name;
      }),
    );
    const { status, text } = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...files);
    expect(text).not.toMatch(/FAILED|lint error/i);
    expect(status).toBe(0);
    const counts = [...text.matchAll(/SUCCESS: (\d+) rules found/g)].map(([, count]) => Number(count));
    expect(counts).toEqual(RULE_FILES.map((file) => rulesOf(file).length));
  });

  it('sees each rule fire, keep silent and mind its thresholds', async () => {
    const { status, text } = promtool('test', 'rules', ...(await lay(ALL_RULES)));
    expect([...failed(text)]).toEqual([]);
    expect(text.match(/SUCCESS/g)).toHaveLength(ALL_RULES.length);
    expect(status).toBe(0);
  });

  it('fails each case in which a rule fires when the rule cannot fire', async () => {
    const dead = ALL_RULES.map((rule): Rule => ({ ...rule, thresholds: [], expr: () => 'vector(0) > 1' }));
    const found = failed(promtool('test', 'rules', ...(await lay(dead))).text);
    expect([...found].sort()).toEqual([...namesOf('fires'), ...namesOf('boundary')].sort());
  });

  it('fails each case at a boundary when the boundary belongs to the other side', async () => {
    const rules = ALL_RULES.filter(({ thresholds = [] }) => thresholds.length > 0);
    const found = failed(
      promtool(
        'test',
        'rules',
        ...(await lay(rules, (operator) => (operator.endsWith('=') ? operator.slice(0, 1) : `${operator}=`))),
      ).text,
    );
    expect([...found].filter((name) => name.includes(' (boundary)')).sort()).toEqual(namesOf('boundary').sort());
  });

  it('fails a silent case of each rule when the rule compares the other way round or always fires', async () => {
    const noisy = ALL_RULES.filter(({ alwaysFires }) => alwaysFires !== true).map((rule): Rule => ({
      ...rule,
      thresholds: [],
      expr: () => 'vector(1)',
      for: '0m',
    }));
    const found = failed(promtool('test', 'rules', ...(await lay(noisy))).text);
    expect([...found].filter((name) => name.includes(' (silent)')).sort()).toEqual(namesOf('silent').sort());
  });
});
