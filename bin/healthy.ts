#!/usr/bin/env node
/**
 * Health check of the worker's container: asks the worker of this state directory whether it polls. Exit 0: it does; 1: it does
 * not, or nobody answers. It runs every few seconds, so it loads next to nothing.
 */
import { request } from 'node:http';
import { homedir } from 'node:os';
import { statePlace } from '../client/places.js';
import { healthSocket } from '../worker/health/socket.js';

/** The worker itself answers within 4 s. */
const LIMIT_MS = 4_500;

const person = { isRoot: process.getuid?.() === 0, home: process.env['HOME'] ?? homedir() };
const { directory } = statePlace(process.env, person, process.cwd());

function end(status: 0 | 1, line: string): void {
  process.stdout.write(`${line.trim()}\n`);
  process.exitCode = status;
}

const asked = request({ socketPath: healthSocket(directory), path: '/', timeout: LIMIT_MS }, (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => (text += part));
  response.on('end', () => end(response.statusCode === 200 ? 0 : 1, text));
});
asked.on('timeout', () => asked.destroy(new Error(`no answer within ${LIMIT_MS / 1_000} s`)));
asked.on('error', (error) => end(1, `no worker answers at ${healthSocket(directory)}: ${error.message}`));
asked.end();
