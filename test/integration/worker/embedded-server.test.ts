import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isServerAlive, readEmbeddedRecord, type EmbeddedRecord } from '../../../client/embedded-record.js';
import { SERVER_FILE } from '../../../client/places.js';
import { answers, endProcess, listensAt } from '../../../worker/embedded-server-process.js';
import { startEmbeddedServer } from '../../../worker/embedded-server.js';
import { compileProduct, type Compiled } from '../../support/compiled.js';
import { childEnvironment, freePorts, setUpCache, startIn, temporalCli } from '../../support/own-temporal.js';

let compiled: Compiled;
let dir: string;
/** Parents that a test started. */
let parents: ChildProcess[];

beforeAll(async () => {
  compiled = await compileProduct();
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-server-'));
  parents = [];
});
afterEach(async () => {
  for (const parent of parents) parent.kill('SIGKILL');
  const left = await readEmbeddedRecord(dir).catch(() => undefined);
  if (left) await endProcess(left, 5_000);
  await rm(dir, { recursive: true, force: true });
});

async function recorded(): Promise<EmbeddedRecord> {
  const record = await readEmbeddedRecord(dir);
  if (!record) throw new Error('no server is recorded');
  return record;
}

/** A process that starts the server, says so, and stays: what `up` is to the server. */
async function startFromParent(env: Record<string, string> = {}): Promise<ChildProcess> {
  const ports = await freePorts();
  const program = join(dir, 'parent.mjs');
  const module = pathToFileURL(join(compiled.dir, 'worker', 'embedded-server.js')).href;
  const options = {
    stateDirectory: dir,
    cli: temporalCli(),
    cacheDirectory: setUpCache(),
    env: childEnvironment(dir),
    usualPorts: ports,
  };
  await writeFile(
    program,
    `import { startEmbeddedServer } from ${JSON.stringify(module)};
     process.on('SIGINT', () => console.log('interrupted'));
     await startEmbeddedServer({ ...${JSON.stringify(options)}, signal: new AbortController().signal });
     console.log('started');
     setInterval(() => undefined, 1000);`,
  );
  const parent = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  parents.push(parent);
  expect(await nextLine(parent)).toBe('started');
  return parent;
}

async function nextLine(child: ChildProcess): Promise<unknown> {
  if (!child.stdout) throw new Error('no output');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as unknown[];
  return line;
}

async function end(parent: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(parent, 'exit');
  parent.kill(signal);
  await exit;
}

describe('worker/embedded-server', () => {
  it('two that begin at once with the same ports in mind have a server each', async () => {
    const ports = await freePorts();
    const folders = ['one', 'other'].map((name) => join(dir, name));
    const servers = await Promise.all(folders.map((folder) => startIn(folder, ports)));
    try {
      expect(new Set(servers.map(({ address }) => address)).size).toBe(2);
      for (const [index, { address }] of servers.entries()) {
        const record = await readEmbeddedRecord(folders[index] ?? '');
        expect(record).toMatchObject({ address });
        expect(await listensAt(record?.pid ?? 0, address)).toBe(true);
      }
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });

  it('starts on the usual ports when they are free, writes down where it is, and stops', async () => {
    const ports = await freePorts();
    const server = await startIn(dir, ports);
    expect(server).toMatchObject({ how: 'started', address: `127.0.0.1:${ports.port}` });
    expect(await answers(server.address)).toBe(true);
    // The web interface comes up a moment after the front end.
    await vi.waitFor(async () => expect((await fetch(`http://${server.uiAddress}/`)).status).toBe(200), 20_000);
    const record = await recorded();
    expect(record).toMatchObject({ address: server.address, uiAddress: `127.0.0.1:${ports.uiPort}` });
    expect(record.database).toBe(join(dir, 'temporal', `${record.serverVersion}.db`));
    expect(await isServerAlive(record)).toBe(true);
    // Another user's command line finds the server by this file.
    expect((await stat(join(dir, SERVER_FILE))).mode & 0o777).toBe(0o644);
    await server.stop();
    await server.stop();
    expect(await isServerAlive(record)).toBe(false);
    expect((await recorded()).pid).toBeUndefined();
  });

  it('keeps ports and file over a restart, also when the usual ports are free', async () => {
    const first = await startIn(dir, await freePorts());
    await first.stop();
    const second = await startIn(dir, await freePorts());
    expect(second).toMatchObject({ address: first.address, uiAddress: first.uiAddress, database: first.database });
    await second.stop();
  });

  it('chooses other ports when something else has taken them', async () => {
    const first = await startIn(dir, await freePorts());
    await first.stop();
    const squatter = createServer().listen(Number(first.address.split(':')[1]), '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const usual = await freePorts();
      const second = await startIn(dir, usual);
      expect(second.address).toBe(`127.0.0.1:${usual.port}`);
      await second.stop();
    } finally {
      squatter.close();
    }
  });

  it('outlives a killed parent and is taken over rather than started twice', async () => {
    const parent = await startFromParent();
    const before = await recorded();
    await end(parent, 'SIGKILL');
    expect(await isServerAlive(before)).toBe(true);
    const server = await startIn(dir, await freePorts());
    expect(server).toMatchObject({ how: 'taken over', address: before.address });
    expect((await recorded()).pid).toBe(before.pid);
    await server.stop();
    expect(await isServerAlive(before)).toBe(false);
  });

  it('is found by its database when the parent was killed before it wrote anything down', async () => {
    const parent = await startFromParent();
    const before = await recorded();
    await end(parent, 'SIGKILL');
    await rm(join(dir, SERVER_FILE));
    const server = await startIn(dir, await freePorts());
    expect(server).toMatchObject({ how: 'taken over', address: before.address, uiAddress: before.uiAddress });
    expect((await recorded()).pid).toBe(before.pid);
    await server.stop();
  });

  it('does not take a process that has its number now for the server', async () => {
    const server = await startIn(dir, await freePorts());
    await server.stop();
    const stale = { ...(await recorded()), pid: process.pid, pidStart: '1' };
    await writeFile(join(dir, SERVER_FILE), JSON.stringify(stale));
    const again = await startIn(dir, await freePorts());
    expect(again.how).toBe('started');
    await again.stop();
  });

  it('is not reached by a ^C in the terminal of its parent', async () => {
    const parent = await startFromParent();
    const line = nextLine(parent);
    // A terminal sends ^C to the whole process group.
    process.kill(-Number(parent.pid), 'SIGINT');
    expect(await line).toBe('interrupted');
    const record = await recorded();
    expect(await isServerAlive(record)).toBe(true);
    expect(await answers(record.address)).toBe(true);
    // Leader of a session of its own: field 6 of its stat.
    const fields = (await readFile(`/proc/${record.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ');
    expect(fields?.[3]).toBe(String(record.pid));
  });

  it('does not look at the TEMPORAL_* variables of whoever starts it', async () => {
    await startFromParent({ TEMPORAL_ADDRESS: '192.0.2.1:7233', TEMPORAL_NAMESPACE: 'other', TEMPORAL_TLS: 'true' });
    expect(await answers((await recorded()).address)).toBe(true);
  });

  it('says how to have the command line where there is none', async () => {
    const options = { stateDirectory: dir, cacheDirectory: join(dir, 'cache'), env: { PATH: dir } };
    const start = (cli: string | undefined) =>
      startEmbeddedServer({ ...options, cli, signal: AbortSignal.timeout(10_000) });
    await expect(start(undefined)).rejects.toThrow(/npm run setup/);
    await expect(start('/nonexistent/temporal')).rejects.toThrow(
      /BIRDKEEPER_TEMPORAL_CLI names \/nonexistent\/temporal/,
    );
    expect(await readEmbeddedRecord(dir)).toBeUndefined();
  });
});
