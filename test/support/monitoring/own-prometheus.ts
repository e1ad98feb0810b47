/** A real Prometheus on the loopback address, with a configuration of a test's own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../world/ports.js';
import { waitFor } from '../world/wait.js';

export interface OwnPrometheus {
  url: string;
  stop(): Promise<void>;
}

/**
 * `files`: name → text; `prometheus.yml` among them. `fill`: puts blocks into its storage first. Resolves when it is ready.
 */
export async function startPrometheus(
  files: Readonly<Record<string, string>>,
  fill?: (storage: string, scratch: string) => Promise<void>,
): Promise<OwnPrometheus> {
  const dir = await mkdtemp(join(tmpdir(), 'bk-test-prometheus-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const storage = join(dir, 'data');
  await mkdir(storage);
  await fill?.(storage, dir);
  const [port = 0] = await freePorts(1);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${storage}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await waitFor('Prometheus', async () => (await fetch(`${url}/-/ready`)).ok, { within: 20_000, every: 100 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
