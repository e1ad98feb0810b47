import { createHash } from 'node:crypto';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../../../activities/notebooks/download.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { NotebookWorld } from './notebook-world.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('activities/notebooks/download', () => {
  let world: NotebookWorld;
  let asked: { url: string; headers: IncomingHttpHeaders }[];
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
    asked = [];
  });

  const serve = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
    world.serve((request, response) => {
      asked.push({ url: request.url ?? '', headers: request.headers });
      answer(request, response);
    });
  const get = (archive: string, wanted?: string, limits = { bytes: 1000, timeoutMs: 5_000 }) =>
    download({ name: 'x', archive, sha256: wanted }, { cacheDir: world.at('cache'), limits }, localStep());
  const withEtag = (text: string) => (request: IncomingMessage, response: ServerResponse) => {
    const etag = `"${sha256(text).slice(0, 8)}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(text);
  };
  async function failing(
    archive: string,
    type: string,
    why: RegExp,
    ...rest: [string?, { bytes: number; timeoutMs: number }?]
  ) {
    const failed = get(archive, ...rest);
    await expect(failed).rejects.toThrow(why);
    await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type });
    expect((await readdir(world.at('cache'))).filter((name) => name.endsWith('.part'))).toEqual([]);
  }

  it('an archive that has not changed is not sent again', async () => {
    const url = await serve(withEtag('one'));
    const first = await get(`${url}/a.zip`);
    expect(first).toEqual({ file: world.at('cache', 'archive'), sha256: sha256('one') });
    expect(await get(`${url}/a.zip`)).toEqual(first);
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, `"${sha256('one').slice(0, 8)}"`]);
    const again = await serve(withEtag('two'));
    expect(await get(`${again}/a.zip`)).toMatchObject({ sha256: sha256('two') });
    expect(await readFile(first.file, 'utf8')).toBe('two');
  });

  it('a cache that a kill or a person left wrong is fetched again as a whole', async () => {
    const url = await serve(withEtag('one'));
    const { file } = await get(`${url}/a.zip`);
    await writeFile(file, 'on');
    expect(await get(`${url}/a.zip`)).toMatchObject({ sha256: sha256('one') });
    await writeFile(world.at('cache', 'archive.json'), '{');
    await get(`${url}/a.zip`);
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined, undefined]);
    expect(await readFile(file, 'utf8')).toBe('one');
  });

  it('what a killed run left is removed, what another run may be writing is not', async () => {
    const url = await serve(withEtag('one'));
    await get(`${url}/a.zip`);
    await writeFile(world.at('cache', 'old.part'), '');
    await writeFile(world.at('cache', 'young.part'), '');
    await utimes(world.at('cache', 'old.part'), 0, 0);
    await get(`${url}/a.zip`);
    expect((await readdir(world.at('cache'))).sort()).toEqual(['archive', 'archive.json', 'young.part']);
  });

  it('another content than the list wants is refused, and the former stays', async () => {
    const url = await serve(withEtag('one'));
    await get(`${url}/a.zip`, sha256('one'));
    await failing(`${url}/a.zip`, FAILURES.configuration, /its SHA-256 is/, sha256('other'));
    expect(await get(`${url}/a.zip`, sha256('one'))).toMatchObject({ sha256: sha256('one') });
  });

  it('redirects are followed on http(s) only, without the credentials of another host', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/a.zip') response.writeHead(302, { location: '/b' }).end();
      else if (request.url === '/b')
        response.writeHead(302, { location: `http://localhost:${new URL(url).port}/c` }).end();
      else if (request.url === '/file.zip') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      else if (request.url === '/loop.zip') response.writeHead(302, { location: '/loop.zip' }).end();
      else response.end('one');
    });
    const address = url.replace('//', '//user:secret@');
    expect(await get(`${address}/a.zip`)).toMatchObject({ sha256: sha256('one') });
    const basic = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([basic, basic, undefined]);
    await failing(`${url}/file.zip`, FAILURES.configuration, /leads on to file/);
    await failing(`${url}/loop.zip`, FAILURES.configuration, /leads on more than 5 times/);
  });

  it.each([
    [404, FAILURES.notFound],
    [410, FAILURES.notFound],
    [401, FAILURES.unauthorised],
    [403, FAILURES.unauthorised],
    [500, FAILURES.remoteUnavailable],
    [429, FAILURES.remoteUnavailable],
  ])('status %i is %s, told without credentials', async (status, type) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    const address = `${url.replace('//', '//user:secret@')}/a.zip?token=secret`;
    await failing(address, type, new RegExp(`a\\.zip.*: .*${status}`));
    await expect(get(address)).rejects.not.toThrow('secret');
  });

  it('what is too large, too slow, cut short or not there fails', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/told.zip') response.writeHead(200, { 'content-length': 5000 }).end('x'.repeat(5000));
      else if (request.url === '/untold.zip') response.end('x'.repeat(5000));
      else if (request.url === '/cut.zip') {
        response.writeHead(200, { 'content-length': 500 });
        response.write('x');
        setTimeout(() => response.destroy(), 50);
      } else response.write('x');
    });
    await failing(`${url}/told.zip`, FAILURES.configuration, /larger than 1 kB/);
    await failing(`${url}/untold.zip`, FAILURES.configuration, /larger than 1 kB/);
    await failing(`${url}/cut.zip`, FAILURES.remoteUnavailable, /cannot be reached/);
    await failing(`${url}/slow.zip`, FAILURES.remoteUnavailable, /within 0\.3 s/, undefined, {
      bytes: 1000,
      timeoutMs: 300,
    });
    await failing('http://127.0.0.1:9/a.zip', FAILURES.remoteUnavailable, /cannot be reached \(.*\)/);
  });

  it('a run that is cancelled says so', async () => {
    const url = await serve((_, response) => response.write('x'));
    const step = localStep({ signal: AbortSignal.timeout(200) });
    const limits = { bytes: 1000, timeoutMs: 60_000 };
    const source = { name: 'x', archive: `${url}/a.zip` };
    await expect(download(source, { cacheDir: world.at('cache'), limits }, step)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
