import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../../../scripts/setup/compose-sources.mjs';
import { place } from '../../../../scripts/setup/compose.mjs';

const PROGRAM = 'a program';
const LIMITS = { answerMs: 5_000, wholeMs: 5_000 };

describe('scripts/setup/compose-sources', () => {
  let directory: string;
  let server: Server;
  let base: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'birdkeeper-download-'));
    const checksum = createHash('sha256').update(PROGRAM).digest('hex');
    const pages: Record<string, string> = {
      '/good': PROGRAM,
      '/good.sha256': `${checksum} *docker-compose\n`,
      '/tampered': 'another program',
      '/tampered.sha256': `${checksum} *docker-compose\n`,
    };
    server = createServer(({ url = '' }, response) => {
      if (url.startsWith('/silent')) return;
      const page = pages[url];
      response.writeHead(page === undefined ? 404 : 200).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true, force: true });
  });

  it('a program that is what its checksum says is kept, and runs', async () => {
    const target = join(directory, 'program');
    await download(`${base}/good`, target, LIMITS);
    expect(await readFile(target, 'utf8')).toBe(PROGRAM);
    expect((await stat(target)).mode & 0o111).toBe(0o111);
  });

  it('a program that is not what its checksum says is not kept', async () => {
    const target = join(directory, 'program');
    await expect(download(`${base}/tampered`, target, LIMITS)).rejects.toThrow('not what its published checksum says');
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });

  it('a server without it, one that hangs and one that is not there each tell why', async () => {
    const target = join(directory, 'program');
    await expect(download(`${base}/gone`, target, LIMITS)).rejects.toThrow('status 404');
    const hurried = { answerMs: 100, wholeMs: 5_000 };
    await expect(download(`${base}/silent`, target, hurried)).rejects.toThrow('no answer within 0.1 s');
    await expect(download(`${await closedAddress()}/good`, target, LIMITS)).rejects.toThrow('ECONNREFUSED');
  });
});

/** Where a server listened that is gone. */
async function closedAddress(): Promise<string> {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('scripts/setup/compose', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'birdkeeper-place-'));
    await writeFile(join(directory, 'cached'), PROGRAM, { mode: 0o755 });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('the program is placed where there was none', async () => {
    const target = join(directory, 'cli-plugins', 'docker-compose');
    await place(join(directory, 'cached'), target);
    expect(await readFile(target, 'utf8')).toBe(PROGRAM);
  });

  it('a program that is there already is never replaced', async () => {
    const target = join(directory, 'docker-compose');
    await writeFile(target, 'yours');
    await expect(place(join(directory, 'cached'), target)).rejects.toThrow('EEXIST');
    expect(await readFile(target, 'utf8')).toBe('yours');
  });
});
