/** Small file systems that can be full. Needs root. */
import { mkdir, open, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, output, worldEnvironment } from '../world/programs.js';

const FILLER = 'filler';
const CHUNK = Buffer.alloc(256 * 1024);

const environment = (): Record<string, string> => {
  const env = worldEnvironment('/nonexistent');
  return { ...env, PATH: `${env.PATH ?? ''}:/usr/sbin:/sbin` };
};

/** A tmpfs of that many megabytes at the path, which is made. */
export async function mountSmall(path: string, megabytes: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await output('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'birdkeeper-test', path], { env: environment() });
}

/** Writes until nothing fits any more. */
export async function fill(path: string): Promise<void> {
  const file = await open(join(path, FILLER), 'a');
  try {
    for (;;) await file.write(CHUNK);
  } catch {
    // The rest of the last chunk.
    for (let free = await freeBytes(path); free > 0; free = await freeBytes(path)) {
      const wrote = await file.write(Buffer.alloc(Math.min(free, 4096))).catch(() => undefined);
      if (wrote === undefined) break;
    }
  } finally {
    await file.close();
  }
}

/** Gives the room back that `fill` took. */
export const makeRoom = (path: string): Promise<void> => rm(join(path, FILLER), { force: true });

export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Takes away everything that is mounted in the directory, the innermost first. */
export async function unmountBelow(dir: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  const own = mounts.filter((path) => path.startsWith(`${dir}/`));
  for (const mount of own.reverse()) await attempt('umount', ['--lazy', mount], { env: environment() });
}
