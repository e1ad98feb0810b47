import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD, MonitoredStack } from '../../support/monitoring/stack.js';
import { freePorts } from '../../support/world/ports.js';
import { waitFor } from '../../support/world/wait.js';

const VERIFY = '/twitcher/ows/verify';

/** The servers behind the proxy: one answers for all three, another stands for Twitcher, which lets in who has a cookie. */
describe('components/monitoring', () => {
  const stack = new MonitoredStack();
  const asked: string[] = [];
  let servers: Server[] = [];
  let nginx: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const behind = await serve((request) => [200, `${request.url}`]);
    const twitcher = await serve((request) => {
      asked.push(`${request.method} ${request.url} for ${String(request.headers['x-original-uri'])}`);
      return [request.headers.cookie === 'auth_tkt=ok' ? 200 : 401, ''];
    });
    servers = [behind, twitcher];
    const values = {
      ...GOOD,
      MONITORING_ACCESS: 'proxy',
      MONITORING_PUBLIC_URL: `http://127.0.0.1:${portOf(twitcher)}`,
      TWITCHER_VERIFY_PATH: VERIFY,
    };
    stack.write(values);
    const text = readFileSync(await stack.rendered('config/proxy/proxy/monitoring.conf'), 'utf8');
    // Names of containers do not resolve here.
    const here = text.replaceAll(
      /http:\/\/(grafana|prometheus|alertmanager):\d+/g,
      `http://127.0.0.1:${portOf(behind)}`,
    );
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    nginx = startNginx(join(stack.root, 'nginx'), port, here);
    await waitFor('nginx', async () => (await fetch(url)).status > 0, { within: 10_000, every: 50 });
  });
  afterAll(async () => {
    if (nginx?.exitCode === null) {
      const exited = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await exited;
    }
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    stack.remove();
  });

  it.each(['/grafana/d/pf6xQMWGz', '/prometheus/rules', '/alertmanager/'])(
    'behind the proxy, %s is for who may',
    async (path) => {
      asked.length = 0;
      expect((await fetch(`${url}${path}`)).status).toBe(401);
      const answer = await fetch(`${url}${path}`, { headers: { cookie: 'auth_tkt=ok' } });
      expect([answer.status, await answer.text()]).toEqual([200, path]);
      const service = path.split('/')[1] ?? '';
      expect(asked).toEqual(Array(2).fill(`GET ${VERIFY}/${service}${path} for ${path}`));
    },
  );

  it('the questions themselves cannot be called from outside', async () => {
    const cookie = { headers: { cookie: 'auth_tkt=ok' } };
    for (const service of ['grafana', 'prometheus', 'alertmanager']) {
      expect((await fetch(`${url}/monitoring-${service}-auth`, cookie)).status).toBe(404);
    }
  });

  it('nothing is behind the proxy where it is on ports', () => {
    const text = readFileSync(join(stack.component, 'config/proxy/ports/monitoring.conf'), 'utf8');
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});

async function serve(answer: (request: IncomingMessage) => [number, string]): Promise<Server> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** With what the proxy of the platform defines around such a file. */
function startNginx(dir: string, port: number, locations: string): ChildProcess {
  mkdirSync(dir);
  writeFileSync(join(dir, 'monitoring.conf'), locations);
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; pid ${dir}/pid; error_log stderr error; worker_processes 1;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
  map $http_x_forwarded_proto $real_scheme { default https; }
  server { listen 127.0.0.1:${port}; include ${dir}/monitoring.conf; }
}
`,
  );
  return spawn('nginx', ['-e', 'stderr', '-c', join(dir, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
}
