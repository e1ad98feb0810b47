import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonOf, Web, WebFailure } from '../../../../activities/shared/web.js';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Answer = (request: Seen, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      answer(one, response);
    });
  });
  await listen(server);
  closing.push(() => new Promise((done) => server.close(() => done()).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const listen = (server: Server | ReturnType<typeof createTcpServer>): Promise<void> =>
  new Promise((done) => server.listen(0, '127.0.0.1', done));

function web(options: ConstructorParameters<typeof Web>[0] = {}): Web {
  const made = new Web(options);
  closing.push(() => made.close());
  return made;
}

const SIGNAL = new AbortController().signal;

describe('activities/shared/web', () => {
  it('sends no Accept-Language, and asks for JSON', async () => {
    const { url, seen } = await serve((_, response) => response.end('{"a":1}'));
    const answer = await web().ask({ url, limitMs: 5_000 }, SIGNAL);
    expect(jsonOf(answer)).toEqual({ a: 1 });
    expect(seen[0]?.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'birdkeeper' });
    expect(seen[0]?.headers).not.toHaveProperty('accept-language');
  });

  it.each([307, 308])('%i keeps method and body', async (status) => {
    const { url, seen } = await serve(({ url: path }, response) => {
      if (path === '/a') response.writeHead(status, { location: '/b' });
      response.end('{}');
    });
    const answer = await web().ask({ url: `${url}/a`, method: 'POST', json: { id: 'finch' }, limitMs: 5_000 }, SIGNAL);
    expect(answer).toMatchObject({ status: 200, url: `${url}/b` });
    expect(seen.map(({ method, url: path, body }) => [method, path, body])).toEqual([
      ['POST', '/a', '{"id":"finch"}'],
      ['POST', '/b', '{"id":"finch"}'],
    ]);
  });

  it('301 of a GET is followed, and a DELETE stays one', async () => {
    const { url, seen } = await serve(({ url: path }, response) => {
      if (path === '/a') response.writeHead(301, { location: '/a/' });
      response.end('{}');
    });
    await web().ask({ url: `${url}/a`, limitMs: 5_000 }, SIGNAL);
    await web().ask({ url: `${url}/a`, method: 'DELETE', limitMs: 5_000 }, SIGNAL);
    expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'GET /a',
      'GET /a/',
      'DELETE /a',
      'DELETE /a/',
    ]);
  });

  it('what is sent goes to no other host, also when a redirect says so', async () => {
    const other = await serve((_, response) => response.end('{}'));
    const { url } = await serve((_, response) =>
      response.writeHead(308, { location: other.url.replace('127.0.0.1', 'localhost') }).end(),
    );
    const asked = web().ask({ url, method: 'POST', json: { password: 'x' }, limitMs: 5_000 }, SIGNAL);
    await expect(asked).rejects.toThrow('redirects to localhost what was sent to it');
    expect(other.seen).toEqual([]);
  });

  it('a redirect in a circle ends', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: '/' }).end());
    await expect(web().ask({ url, limitMs: 5_000 }, SIGNAL)).rejects.toThrow('redirects more than 5 times');
  });

  it('a redirect to another kind of address is not followed', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    await expect(web().ask({ url, limitMs: 5_000 }, SIGNAL)).rejects.toThrow('redirects to file:');
  });

  it('says again all cookies that it was told, also two of one name', async () => {
    const { url, seen } = await serve((_, response) => {
      response.setHeader('set-cookie', [
        'auth_tkt=one; Path=/',
        'auth_tkt=two; Path=/; Domain=.127.0.0.1',
        'b=3; Path=/',
      ]);
      response.end('{}');
    });
    const one = web();
    await one.ask({ url, limitMs: 5_000 }, SIGNAL);
    expect(await one.hasCookies(url)).toBe(true);
    await one.ask({ url, limitMs: 5_000 }, SIGNAL);
    expect(seen[1]?.headers.cookie).toContain('auth_tkt=');
    expect(seen[1]?.headers.cookie).toContain('b=3');
    await one.ask({ url, limitMs: 5_000, cookies: false }, SIGNAL);
    expect(seen[2]?.headers).not.toHaveProperty('cookie');
    one.forgetCookies();
    await one.ask({ url, limitMs: 5_000 }, SIGNAL);
    expect(seen[3]?.headers).not.toHaveProperty('cookie');
  });

  it('cookies stay with the host that set them', async () => {
    const other = await serve((_, response) => response.end('{}'));
    const { url } = await serve((_, response) => {
      response.setHeader('set-cookie', 'auth_tkt=one; Path=/');
      response.writeHead(302, { location: other.url.replace('127.0.0.1', 'localhost') }).end();
    });
    await web().ask({ url, limitMs: 5_000 }, SIGNAL);
    expect(other.seen[0]?.headers).not.toHaveProperty('cookie');
  });

  it('a name that only the engine knows is asked at its address, by its name', async () => {
    const { url, seen } = await serve((_, response) => response.end('{}'));
    const { port } = new URL(url);
    const one = web({ resolve: (host) => (host === 'weaver' ? '127.0.0.1' : undefined) });
    const answer = await one.ask({ url: `http://weaver:${port}/weaver/`, limitMs: 5_000 }, SIGNAL);
    expect(answer.url).toBe(`http://weaver:${port}/weaver/`);
    expect(seen[0]?.headers.host).toBe(`weaver:${port}`);
  });

  describe('no answer', () => {
    const trouble = async (url: string, limitMs = 5_000): Promise<WebFailure> => {
      const error: unknown = await web()
        .ask({ url, limitMs }, SIGNAL)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WebFailure);
      return error as WebFailure;
    };

    it('of a port that nobody listens at', async () => {
      expect(await trouble('http://127.0.0.1:1/')).toMatchObject({
        trouble: 'unreachable',
        message: 'refuses connections',
      });
    });

    it('of a name that nobody knows', async () => {
      expect(await trouble('http://no-such-bird.invalid/')).toMatchObject({ trouble: 'unknown name' });
    });

    it('within the limit', async () => {
      const { url } = await serve(() => undefined);
      expect(await trouble(url, 200)).toMatchObject({ trouble: 'timeout', message: 'does not answer within 0.2 s' });
    });

    it('that is whole within the limit', async () => {
      const { url } = await serve((_, response) => void response.write('{'));
      expect(await trouble(url, 200)).toMatchObject({ trouble: 'timeout' });
    });

    it('of who closes the connection', async () => {
      const sockets: Socket[] = [];
      const server = createTcpServer((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.destroy());
      });
      await listen(server);
      closing.push(() => new Promise((done) => server.close(() => done())));
      const { port } = server.address() as AddressInfo;
      expect(await trouble(`http://127.0.0.1:${port}/`)).toMatchObject({
        trouble: 'unreachable',
        message: 'broke off',
      });
    });

    it('of who speaks another protocol', async () => {
      const sockets: Socket[] = [];
      const server = createTcpServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined).write('SSH-2.0-x\r\n');
      });
      await listen(server);
      closing.push(async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise<void>((done) => server.close(() => done()));
      });
      const { port } = server.address() as AddressInfo;
      expect(await trouble(`http://127.0.0.1:${port}/`)).toMatchObject({ trouble: 'answer' });
    });
  });

  it('an end of the work is no failure of the service', async () => {
    const { url } = await serve(() => undefined);
    const controller = new AbortController();
    const asked = web().ask({ url, limitMs: 5_000 }, controller.signal);
    controller.abort(new Error('leaving'));
    await expect(asked).rejects.toThrow('leaving');
  });
});
