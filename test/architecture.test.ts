import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offences, RULES } from './support/architecture/rules.js';
import { parse, type Module } from './support/architecture/source.js';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['workflows', 'activities', 'worker', 'client', 'bin', 'scripts', 'bench', 'test'];

async function modules(): Promise<Module[]> {
  const listed = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(ROOT, folder), { recursive: true }).catch(() => [])).map((path) => `${folder}/${path}`),
    ),
  );
  const paths = listed.flat().filter((path) => /\.m?[jt]s$/.test(path) && !path.includes('node_modules/'));
  return Promise.all(paths.map(async (path) => parse({ path, text: await readFile(join(ROOT, path), 'utf8') })));
}

/** Offences of one small source, told by the rules that found them. */
const broken = (path: string, text: string): string[] =>
  RULES.filter((rule) => offences([parse({ path, text })], [rule]).length > 0).map(({ name }) => name);

describe('architecture', () => {
  it('every file keeps the rules', async () => {
    const found = await modules();
    for (const folder of ['workflows/', 'activities/', 'worker/', 'client/', 'bin/', 'test/']) {
      expect(found.filter(({ path }) => path.startsWith(folder)).length, folder).toBeGreaterThan(0);
    }
    expect(offences(found)).toEqual([]);
  }, 120_000);

  it('what reads a configuration loads no library of Temporal, of the engine, of git or of logging', async () => {
    const known = new Map((await modules()).map((module) => [module.path, module]));
    const starts = [
      ...['worker/config.ts', 'worker/config-checks.ts', 'worker/compose.ts', 'client/commands/config.ts'],
      ...['worker/fix-write-perm.ts', 'client/commands/fix-write-perm.ts'],
    ];
    const [seen, packages] = [new Set<string>(), new Set<string>()];
    for (let open = starts; open.length > 0;) {
      const found = open.flatMap((path) => known.get(path)?.imports ?? []).filter(({ kind }) => kind === 'value');
      open.forEach((path) => seen.add(path));
      found.filter(({ ours }) => !ours).forEach(({ target }) => packages.add(target));
      open = [...new Set(found.filter(({ ours, target }) => ours && !seen.has(target)).map(({ target }) => target))];
    }
    expect(seen.size).toBeGreaterThan(starts.length + 10);
    expect([...packages].filter((name) => !isBuiltin(name) && !['zod', 'yaml', 'croner'].includes(name))).toEqual([]);
  }, 120_000);

  const PURE = 'workflows import values only of workflows and the sandboxed packages of Temporal';
  const APART = 'a capability imports values only of itself, shared pieces, state and workflows';
  const BELOW = 'activities know neither worker nor command line';
  const BASE = 'shared pieces import nothing but each other and workflows, state also shared pieces';
  const CLIENT = 'the command line imports values only of itself, workflows, state and shared pieces';
  const WORKER = 'only bin imports the worker';
  const HOME = 'a package is imported only where it has its home';
  const ENVIRONMENT = 'the environment of the process is read in the settings only';
  const NAMED = 'exports have names';

  describe('finds a planted violation', () => {
    it.each<[string, string, string[]]>([
      ['workflows/a/run.ts', `import { x } from '../../activities/git/index.js';`, [PURE]],
      ['workflows/a/run.ts', `import { type X } from '../../activities/types.js';`, [PURE]],
      ['workflows/a/run.ts', `export { x } from '../../activities/git/index.js';`, [PURE]],
      ['workflows/a/run.ts', `export * from '../../activities/git/index.js';`, [PURE]],
      ['workflows/a/run.ts', `const x = await import('../../activities/git/index.js');`, [PURE]],
      ['workflows/a/run.ts', `const x = require('zod');`, [PURE]],
      ['workflows/a/run.ts', `import '../../client/text.js';`, [PURE]],
      ['workflows/a/run.ts', `import { z } from 'zod';`, [PURE]],
      ['workflows/a/run.ts', `import { Client } from '@temporalio/client';`, [PURE]],
      ['workflows/a/run.ts', `import { readFile } from 'node:fs/promises';`, [PURE]],
      ['workflows/a/run.ts', `import { log } from '@temporalio/activity';`, [PURE, HOME]],
      ['workflows/a/run.ts', `import type { X } from '../../client/text.js';`, [PURE]],
      ['workflows/contract.ts', `import type { X } from './model.js';`, ['the contract imports nothing']],
      ['activities/git/fetch.ts', `import { x } from '../docker/engine.js';`, [APART]],
      ['activities/git/fetch.ts', `import { x } from '../index.js';`, [APART]],
      ['activities/git/fetch.ts', `import { x } from '../deployment/stage.js';`, [APART]],
      ['activities/git/fetch.ts', `import { x } from '../gitlab/a.js';`, [APART]],
      ['activities/types.ts', `import { x } from './git/fetch.js';`, [APART]],
      ['activities/git/fetch.ts', `import type { X } from '../../client/text.js';`, [BELOW]],
      ['activities/deployment/stage.ts', `import type { X } from '../../worker/journal.js';`, [BELOW, WORKER]],
      ['activities/shared/files.ts', `import type { X } from '../git/fetch.js';`, [BASE]],
      ['activities/shared/files.ts', `import { x } from '../state/index.js';`, [BASE]],
      ['activities/state/index.ts', `import { x } from '../stack/view.js';`, [BASE]],
      ['client/stack.ts', `import { x } from '../activities/stack/index.js';`, [CLIENT]],
      ['client/stack.ts', `import { x } from '../activities/index.js';`, [CLIENT]],
      ['client/stack.ts', `import type { X } from '../worker/up.js';`, [CLIENT, WORKER]],
      ['scripts/start.mjs', `import { x } from '../worker/up.js';`, [WORKER]],
      ['worker/up.ts', `import { x } from '../bin/birdkeeper.js';`, ['nobody imports bin']],
      ['activities/stack/a.ts', `import { simpleGit } from 'simple-git';`, [HOME]],
      ['activities/compose/a.ts', `import type Docker from 'dockerode';`, [HOME]],
      ['worker/up.ts', `import { createLogger } from 'winston';`, [HOME]],
      ['activities/compose/a.ts', `import { spawn } from 'node:child_process';`, [HOME]],
      ['activities/shared/run-commands.ts', `import { spawn } from 'child_process';`, [HOME]],
      ['activities/git/index.ts', `import { Context } from '@temporalio/activity';`, [HOME]],
      ['activities/git/a.ts', `const x = process.env['HOME'];`, [ENVIRONMENT]],
      ['worker/up.ts', `const x = process['env'];`, [ENVIRONMENT]],
      ['worker/up.ts', `const { env } = process;`, [ENVIRONMENT]],
      ['worker/up.ts', `const x = globalThis.process.env;`, [ENVIRONMENT]],
      ['worker/up.ts', `import { env } from 'node:process';`, [ENVIRONMENT]],
      ['client/a.ts', `export default 1;`, [NAMED]],
      ['client/a.ts', `export default function x() {}`, [NAMED]],
      ['client/a.ts', `const x = 1; export { x as default };`, [NAMED]],
      ['client/a.ts', '\n'.repeat(301), ['files are short']],
      [
        'test/unit/client/a.test.ts',
        `describe('client/b', () => {});`,
        ['the root describe of a test is the path of what it tests'],
      ],
      ['test/e2e/a.test.ts', `it('x', () => {});`, ['the root describe of a test is the path of what it tests']],
    ])('%s: %j', (path, text, rules) => {
      expect(broken(path, text)).toEqual(rules);
    });
  });

  describe('allows', () => {
    it.each<[string, string]>([
      ['workflows/a/run.ts', `import { proxyActivities } from '@temporalio/workflow';`],
      ['workflows/a/run.ts', `import type { Activities } from '../../activities/types.js';`],
      ['workflows/a/run.ts', `type X = import('../../activities/types.js').Activities;`],
      ['workflows/a/run.ts', `import { FAILURES } from '../contract.js';`],
      ['workflows/contract.ts', `export const X = 'import("zod")';`],
      ['activities/git/fetch.ts', `import type { X } from '../docker/engine.js';`],
      ['activities/git/fetch.ts', `import { x } from './keys.js'; import { y } from '../shared/files.js';`],
      [
        'activities/git/fetch.ts',
        `import { x } from '../state/index.js'; import { y } from '../../workflows/model.js';`,
      ],
      ['activities/git/fetch.ts', `import { simpleGit } from 'simple-git';`],
      ['activities/index.ts', `import { x } from './git/index.js';`],
      ['activities/deployment/stage.ts', `import { x } from '../git/index.js';`],
      ['client/stack.ts', `import { x } from '../activities/state/index.js';`],
      ['client/stack.ts', `import type { X } from '../activities/stack/view.js';`],
      ['worker/up.ts', `import { x } from '../client/text.js'; import { y } from '../activities/index.js';`],
      ['worker/logger-format.ts', `import { format } from 'winston';`],
      ['worker/embedded-server.ts', `import { spawn } from 'node:child_process';`],
      ['bin/birdkeeper.ts', `import { x } from '../worker/up.js'; const y = process.env;`],
      ['client/settings.ts', `const x = process.env;`],
      ['client/a.ts', `const x = { process: 1 }; process.exitCode = 1; options.env;`],
      ['vitest.config.ts', `export default {};`],
      ['test/unit/client/a.test.ts', `import { x } from '../../../worker/up.js'; describe('client/a', () => {});`],
      ['test/integration/client/a.test.ts', `describe.skipIf(true)('client/a', () => {});`],
      ['test/e2e/a.test.ts', `describe('a', () => {});`],
      ['workflows/a.ts', `import { defineSearchAttributeKey } from '@temporalio/common';`],
      ['scripts/test/tally-reporter.mjs', `export default class {}`],
    ])('%s: %j', (path, text) => {
      expect(broken(path, text)).toEqual([]);
    });
  });

  it('each rule is broken by one of the planted violations', async () => {
    const text = await readFile(import.meta.filename, 'utf8');
    for (const { name } of RULES) expect(text, name).toContain(`'${name}'`);
  });
});
