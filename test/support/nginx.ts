/** Debian's nginx in front of servers of a test, with what the proxy of the platform defines around files of components. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './world/ports.js';
import { waitFor } from './world/wait.js';

export interface Nginx {
  url: string;
  stop(): Promise<void>;
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** `locations`: what stands in the server. Returns the path of the configuration. */
export function writeNginxConf(dir: string, port: number, locations: string): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'nginx.conf');
  writeFileSync(
    path,
    `daemon off; pid ${dir}/pid; error_log stderr crit; worker_processes 1;
events {}
http {
  access_log off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
  map $http_x_forwarded_proto $real_scheme { default $http_x_forwarded_proto; '' $scheme; }
  server {
    listen 127.0.0.1:${port};
    resolver 127.0.0.11;
${locations}
  }
}
`,
  );
  return path;
}

/** What `nginx -t` says; empty: nothing is wrong. */
export function nginxFaults(conf: string): string {
  const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', conf], { encoding: 'utf8' });
  return status === 0 ? stderr : `status ${status}: ${stderr}`;
}

/** On loopback; answers when this returns. */
export async function startNginx(dir: string, locations: string): Promise<Nginx> {
  const [port = 0] = await freePorts(1);
  const conf = writeNginxConf(dir, port, locations);
  const faults = nginxFaults(conf);
  if (faults !== '') throw new Error(faults);
  const child = spawn('nginx', ['-e', 'stderr', '-c', conf], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  await waitFor('nginx', async () => (await fetch(url)).status > 0, { within: 10_000, every: 50 });
  return {
    url,
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
