#!/usr/bin/env node
/**
 * The command of the helper container: `hand-over.js STACK NUMBER`. What is to be done was written down by that deployment. A
 * status other than 0 has the engine start it again, and it goes on where it was.
 */
import { handOver } from '../worker/hand-over.js';

const [stack, number] = process.argv.slice(2);
if (stack === undefined || !/^\d+$/.test(number ?? '')) {
  console.error('This is started by a deployment that replaces its own worker: hand-over.js STACK NUMBER');
  process.exit(2);
}
try {
  await handOver(stack, Number(number));
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
