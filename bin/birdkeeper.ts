#!/usr/bin/env node
/** The command `birdkeeper`. What a command needs is loaded when it is called, so that `--help` answers at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runProgram } from '../client/program.js';
import { readClientSettings, type ClientSettings } from '../client/settings.js';
import type { Handlers } from '../client/handlers.js';
import type { Interruption, Screen } from '../client/io.js';

/** `status` tells what it knows within seconds, whatever hangs. */
const HEALTH_LIMIT_MS = 4_000;

const handlers: Handlers = {
  up: async (options) => (await import('../worker/up.js')).up(options),
  worker: async (options) => (await import('../worker/up.js')).worker(options),
  deployLocally: async (options) => (await import('../worker/local.js')).deployLocally(options),
  plan: async (options) => (await import('../worker/plan.js')).plan(options),
  readConfig: async (options) => (await import('../worker/config.js')).readConfig(options),
  findFormer: async () => (await import('../worker/former/migrate.js')).findFormerHere(),
  removeFormer: async (artifacts) =>
    (await import('../worker/former/migrate.js')).removeFormer(artifacts, keptFormer(readClientSettings())),
  validateConfig: async (options) => (await import('../worker/config-checks.js')).validateConfig(options),
  explainConfig: async (options) => (await import('../worker/config-checks.js')).explainConfig(options),
  lintJobs: async (options) => (await import('../worker/jobs.js')).lintJobs(options),
  fixWritePerm: async (options) => (await import('../worker/fix-write-perm.js')).fixWritePerm(options),
  compose: async (options) => (await import('../worker/compose.js')).composeAsScript(options),
  listComposeFiles: async (options) => (await import('../worker/config.js')).listComposeFiles(options),
  renderConfig: async (options) => (await import('../worker/config.js')).renderConfig(options),
  replay: async (history, workflowId) => {
    const { installQuietRuntime, replayHistory } = await import('../worker/replay.js');
    const { workflowCode } = await import('../worker/run-worker.js');
    installQuietRuntime();
    return replayHistory(history, workflowId, await workflowCode());
  },
  replayOpen: async (open) => {
    const { installQuietRuntime, replayOpen } = await import('../worker/replay.js');
    const { workflowCode } = await import('../worker/run-worker.js');
    installQuietRuntime();
    return replayOpen(open, await workflowCode());
  },
  doctor: async (options) => (await import('../worker/doctor/index.js')).doctor(options),
  weaverStatus: async (place) => (await import('../worker/follow-ups.js')).weaverStatus(place),
  cowbirdStatus: async (place) => (await import('../worker/follow-ups.js')).cowbirdStatus(place),
  health: async (stack, dockerHost) => {
    const { createEngine } = await import('../activities/docker/engine.js');
    const { lookAtHealth } = await import('../worker/service-health.js');
    return lookAtHealth(createEngine(dockerHost ? { dockerHost } : {}), stack, AbortSignal.timeout(HEALTH_LIMIT_MS));
  },
};

/** Beside the records of the stacks, for who goes back. */
const keptFormer = ({ stateDirectories: [first = '/var/lib/birdkeeper'] }: ClientSettings): string =>
  join(first, 'former-mechanism');

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

const screen: Screen = {
  columns: () => process.stdout.columns,
  rows: () => process.stdout.rows,
  write: (text) => void process.stdout.write(text),
};

function interruption(): Interruption {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  return { signal: controller.signal, done: () => void process.off('SIGINT', stop) };
}

/** From the build and from the sources the file lies at another depth. */
function version(): string {
  for (const place of ['../../package.json', '../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (name === 'birdkeeper') return version;
    } catch {
      // The other place.
    }
  }
  return 'unknown';
}

// `birdkeeper history | head` closes the pipe: that is an end, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const status = await runProgram(process.argv.slice(2), {
  handlers,
  io: {
    out: (line) => console.log(line),
    raw: (bytes) => void process.stdout.write(bytes),
    err: (line) => console.error(line),
    now: () => new Date(),
    ...(process.stdin.isTTY ? { ask } : {}),
    interruption,
    ...(process.stdout.isTTY ? { screen } : {}),
  },
  settings: () => readClientSettings(),
  version: version(),
  cwd: process.cwd(),
});
// The libraries keep threads and sockets that would hold the process open.
process.exit(status);
