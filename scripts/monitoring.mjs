/** `node scripts/monitoring.mjs [--check]`: writes rules, cases and papers of what is in scripts/monitoring/rules/. */
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.mjs';

const USAGE = 'usage: node scripts/monitoring.mjs [--check]\n\n  --check  write nothing, say what is not current';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

if (args.some((arg) => arg !== '--check')) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  /** @type {import('./setup/main.mjs').Context} */
  const context = { target: 'start', env: process.env, root, found: {} };
  if ('missing' in (await build.look(context))) await build.provide(context);
  process.chdir(root);
  const entry = new URL('../dist/scripts/monitoring/main.js', import.meta.url);
  process.argv.splice(1, process.argv.length, fileURLToPath(entry), root, ...args);
  await import(entry.href);
}
