#!/usr/bin/env node
/**
 * Sets up what is missing on this machine. Plain JavaScript on Node's built-ins, because it runs before `npm ci`.
 */
import { parseArguments, USAGE } from './setup/arguments.mjs';
import { stopEngine } from './setup/engine-process.mjs';
import { setUp } from './setup/main.mjs';

const asked = parseArguments(process.argv.slice(2));

switch (asked.action) {
  case 'help':
    console.log(USAGE);
    break;
  case 'usage':
    console.error(`${asked.problem}\n\n${USAGE}`);
    process.exitCode = 2;
    break;
  case 'stop engine':
    process.exitCode = (await stopEngine(process.env)) ? 0 : 1;
    break;
  case 'set up':
    process.exitCode = (await setUp({ target: asked.target, check: asked.check })).ready ? 0 : 1;
    break;
}
