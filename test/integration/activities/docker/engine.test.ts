import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../../activities/docker/engine.js';
import { freeBytes, takenPorts } from '../../../../activities/docker/host.js';
import type { EngineEvent } from '../../../../activities/docker/types.js';
import { type Images, createImages } from '../../../support/images.js';
import { Sample } from '../compose/sample.js';

let images: Images;
let sample: Sample;
const { signal } = new AbortController();
const engine = createEngine();

beforeAll(async () => {
  images = await createImages();
  sample = await Sample.create(
    {
      web: {
        image: images.base,
        init: true,
        command: ['sh', '-c', 'echo out; echo err >&2; sleep 3600'],
        ports: ['127.0.0.1:0:80'],
        restart: 'unless-stopped',
        volumes: ['data:/data'],
        healthcheck: { test: ['CMD', 'false'], interval: '300ms', retries: 1 },
      },
      job: { image: images.base, command: ['sh', '-c', 'exit 4'], network_mode: 'none' },
    },
    { volumes: { data: { labels: { a: 'b' } } }, networks: { default: { internal: false } } },
  );
  await sample.recreateAll();
});
afterAll(async () => {
  await sample?.remove();
  await images?.cleanup();
});

const byService = async () =>
  Object.fromEntries((await sample.containers()).map((container) => [container.service, container]));

describe('activities/docker/engine', () => {
  it('answers with its version and data directory', async () => {
    const { version, dataRoot } = await engine.ping({ signal });
    expect(version).toMatch(/^\d+\./);
    expect(dataRoot).toMatch(/^\//);
    expect(await freeBytes(dataRoot)).toBeGreaterThan(0);
    expect(await freeBytes('/no/such/directory')).toBeUndefined();
  });

  it('sees the containers of a project and no others', async () => {
    await expect.poll(async () => (await byService())['web']?.health, { timeout: 10_000 }).toBe('unhealthy');
    const { web, job } = await byService();
    expect(web).toMatchObject({
      state: 'running',
      number: 1,
      oneOff: false,
      restarts: true,
      imageId: await engine.imageId(images.base, { signal }),
    });
    expect(job).toMatchObject({ state: 'exited', exitCode: 4, restarts: false });
    expect(job).not.toHaveProperty('health');
    expect(await engine.containers(`none-${randomBytes(4).toString('hex')}`, { signal })).toEqual([]);
  });

  it('reads the last lines of a log', async () => {
    const { web } = await byService();
    expect((await engine.logs(web?.id ?? '', 15, { signal })).sort()).toEqual(['err', 'out']);
    expect(await engine.logs('0'.repeat(64), 15, { signal })).toEqual([]);
  });

  it('gives and takes names of images', async () => {
    const name = `bk-test-${randomBytes(4).toString('hex')}/kept:v1`;
    const id = await engine.imageId(images.base, { signal });
    await engine.tag(id ?? '', name, { signal });
    expect(await engine.imageId(name, { signal })).toBe(id);
    await engine.untag(name, { signal });
    await engine.untag(name, { signal });
    expect(await engine.imageId(name, { signal })).toBeUndefined();
    expect(await engine.imageId(images.base, { signal })).toBe(id);
  });

  it('describes volumes and networks that exist', async () => {
    const project = sample.view.name;
    const names = { volumes: [`${project}_data`, 'no-such'], networks: [`${project}_default`, 'no-such'] };
    const found = await engine.resources(names, { signal });
    expect(found.map(({ kind, driver }) => `${kind} ${driver}`)).toEqual(['volume local', 'network bridge']);
    expect(found[0]?.labels).toMatchObject({ a: 'b', 'com.docker.compose.project': project });
  });

  it('tells who holds a port', async () => {
    const { web } = await byService();
    const mapped = Number((await sample.docker('port', web?.id ?? '')).replace(/.*:/, ''));
    const wanted = [{ address: '127.0.0.1', port: mapped }];
    const others = await engine.portsOfOthers('another-project', { signal });
    expect(await takenPorts({ wanted, own: [], others })).toEqual([
      expect.stringContaining(`held by container ${web?.name}`),
    ]);
    const withoutOwn = await engine.portsOfOthers(sample.view.name, { signal });
    expect(await takenPorts({ wanted, own: wanted, others: withoutOwn })).toEqual([]);
  });

  it('tells who has a name, by the project that it belongs to', async () => {
    const { web } = await byService();
    const name = web?.name ?? '';
    const project = sample.view.name;
    const names = [name, 'no-such'];
    expect(await engine.namesOfOthers('another-project', names, { signal })).toEqual([{ name, project }]);
    expect(await engine.namesOfOthers(project, names, { signal })).toEqual([]);
    expect(await engine.namesOfOthers('another-project', [], { signal })).toEqual([]);
  });

  it('tells that another program holds a port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const question = { wanted: [{ address: '127.0.0.1', port }], own: [], others: [] };
    expect(await takenPorts(question)).toEqual([expect.stringMatching(/held by another program/)]);
    server.close();
    await once(server, 'close');
    expect(await takenPorts(question)).toEqual([]);
  });

  it('streams what happens to containers of the project, and ends with the signal', async () => {
    const stop = new AbortController();
    const seen: EngineEvent[] = [];
    const { job } = await byService();
    const reading = (async () => {
      for await (const event of engine.events(sample.view.name, { signal: stop.signal, sinceMs: Date.now() - 1000 })) {
        seen.push(event);
        if (event.action === 'die') stop.abort();
      }
    })();
    await sample.docker('start', job?.id ?? '');
    await reading;
    expect(seen.at(-1)).toMatchObject({ service: 'job', action: 'die', exitCode: 4, containerId: job?.id });
  });

  it('removes a container, and is content when it is gone', async () => {
    const { job } = await byService();
    await engine.remove(job?.id ?? '', { signal });
    await engine.remove(job?.id ?? '', { signal });
    expect(Object.keys(await byService())).toEqual(['web']);
  });
});

describe('activities/docker/client', () => {
  it('says that nobody listens', async () => {
    await expect(createEngine({ dockerHost: 'unix:///no/such.sock' }).ping({ signal })).rejects.toMatchObject({
      type: 'EngineUnavailable',
      message: expect.stringContaining('/no/such.sock') as string,
    });
    await expect(createEngine({ dockerHost: 'tcp://127.0.0.1:1' }).ping({ signal })).rejects.toMatchObject({
      type: 'EngineUnavailable',
    });
  });

  it('does not wait for an engine that hangs, and ends at once with the signal', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bk-sock-'));
    const silent = createServer().listen(join(directory, 's'));
    await once(silent, 'listening');
    const hung = createEngine({ dockerHost: `unix://${join(directory, 's')}` });
    try {
      const stop = new AbortController();
      const asked = hung.containers('x', { signal: stop.signal });
      stop.abort(new Error('cancelled'));
      await expect(asked).rejects.toThrow('cancelled');
      await expect(hung.ping({ signal })).rejects.toMatchObject({
        type: 'EngineUnavailable',
        message: expect.stringContaining('within 5 s') as string,
      });
    } finally {
      silent.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
