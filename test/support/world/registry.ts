/** A registry on loopback, its images in a directory of the caller. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDetached } from '../../../activities/shared/run-command.js';
import { freePorts } from './ports.js';
import { waitFor } from './wait.js';

export interface Registry {
  /** `127.0.0.1:port`, the host part of its images. */
  host: string;
  stop(): Promise<void>;
}

export async function startRegistry({ dir, env }: { dir: string; env: Record<string, string> }): Promise<Registry> {
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  const file = join(dir, 'registry.yml');
  await writeFile(
    file,
    [
      'version: 0.1',
      'log: {level: error}',
      `storage: {filesystem: {rootdirectory: "${join(dir, 'images')}"}, delete: {enabled: true}}`,
      `http: {addr: "${host}"}`,
      '',
    ].join('\n'),
  );
  const server = await startDetached(
    { file: 'docker-registry', args: ['serve', file] },
    { env, outputFile: join(dir, 'registry.log') },
  );
  await waitFor('an answer of the registry', async () => (await fetch(`http://${host}/v2/`)).ok);
  return {
    host,
    stop: async () => {
      process.kill(server.pid, 'SIGTERM');
      await server.ended;
    },
  };
}
