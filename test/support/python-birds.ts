/** Real birds, and the real reader of birds: PyWPS and OWSLib in the environment that set-up made (`test/fixtures/birds`). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cachedBirds } from '../../scripts/setup/environment.mjs';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'birds');
const python = (): string => join(cachedBirds(process.env), 'bin', 'python');

export interface RealBird {
  /** Of its WPS. Its processes are `hello` and `measure`. */
  url: string;
  close(): Promise<void>;
}

/** PyWPS on a free port of loopback. */
export async function startRealBird(name = 'finch'): Promise<RealBird> {
  const child = spawn(python(), [join(FIXTURES, 'serve.py'), name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = once(child, 'exit').catch((error: unknown) => {
    complaints += `${String(error)}; \`node scripts/setup.mjs --for test\` brings it`;
  });
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  for await (const line of createInterface(child.stdout)) {
    const port = /listens on port (\d+)/.exec(line)?.[1];
    if (port !== undefined) return { url: `http://127.0.0.1:${port}/wps`, close };
  }
  await ended;
  throw new Error(`no bird: ${complaints}`);
}

/** What OWSLib reads of a bird, as Weaver reads it. null: not there. */
export interface Read {
  identification: {
    title: string | null;
    abstract: string | null;
    keywords: string[];
    type: string;
    versions: string[];
  } | null;
  provider: { name: string | null; site: string | null; contact: string | null } | null;
  /** By name: pairs of method and address. */
  operations: Record<string, [string, string][]>;
  processes: { id: string | null; title: string | null; version: string | null }[];
  languages: { default: string; supported: string[] } | null;
  described: {
    id: string;
    title: string;
    version: string;
    inputs: { id: string; type: string; least: number; most: number }[];
    outputs: { id: string; type: string }[];
  }[];
}

/** `error`: name of an exception. */
export async function readWithOwslib(url: string): Promise<Read | { error: string; said: string }> {
  const child = spawn(python(), [join(FIXTURES, 'judge.py'), url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await ended;
  return JSON.parse(told) as Read | { error: string; said: string };
}
