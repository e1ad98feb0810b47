#!/usr/bin/env node
/**
 * Health check of the worker's container: asks the worker of this state directory whether it polls. Exit 0: it does; 1: it does
 * not, or nobody answers. It runs every few seconds, so it loads next to nothing.
 */
import { homedir } from 'node:os';
import { askWorker } from '../activities/health/worker-answer.js';
import { statePlace } from '../client/places.js';

const person = { isRoot: process.getuid?.() === 0, home: process.env['HOME'] ?? homedir() };
const { directory } = statePlace(process.env, person, process.cwd());

const { polls, says } = await askWorker(directory);
console.log(says);
process.exitCode = polls ? 0 : 1;
