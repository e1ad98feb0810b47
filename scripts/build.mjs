/** Builds dist/ afresh; set-up does the same when sources have changed. */
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.mjs';

await build.provide({
  target: 'start',
  env: process.env,
  root: fileURLToPath(new URL('..', import.meta.url)),
  found: {},
});
