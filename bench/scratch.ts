/** A Temporal server of our own, in a directory that a later run finds and removes when this one is killed. */
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNamespace } from '../client/namespace.js';
import { freePorts, startIn } from '../test/support/own-temporal.js';
import { enter, removeWorld } from '../test/support/world/ledger.js';
import { NAMESPACE } from '../workflows/contract.js';
import type { Bench } from './bench.js';
import { BenchTemporal } from './temporal.js';

/** Absolute path; everything in it goes with the figure, processes that name it included. */
export async function scratchDirectory(bench: Bench): Promise<string> {
  const project = `bkw-bench-${process.pid}-${Date.now().toString(36)}`;
  const dir = await realpath(await mkdtemp(join(tmpdir(), `${project}-`)));
  await enter(project, dir);
  bench.defer(() => removeWorld(project, dir));
  await mkdir(join(dir, 'home'));
  return dir;
}

export type Server = Awaited<ReturnType<typeof startIn>>;

/** Starts the embedded server on the state in that directory, with our namespace. */
export async function serve(bench: Bench, dir: string): Promise<{ server: Server; temporal: BenchTemporal }> {
  const server = await startIn(dir, await freePorts());
  bench.defer(() => server.stop());
  const temporal = await BenchTemporal.connect(server.address);
  bench.defer(() => temporal.close());
  await ensureNamespace(temporal.connection, NAMESPACE);
  return { server, temporal };
}
