/** Programs of this machine in an image, with the libraries that they are linked to, on a static busybox. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../activities/shared/run-command.js';

export interface ProgramsImage {
  readonly tag: string;
  remove(): Promise<void>;
}

export interface ProgramsImageOptions {
  /** A word for what it is. */
  name: string;
  /** Its whole name; a new one unless given. */
  tag?: string;
  /** Programs and libraries of this machine, which lie at the same places in the image. */
  linked: readonly string[];
  /** Further files and directories of this machine. */
  copied?: readonly string[];
  /** Directories that are made. */
  directories?: readonly string[];
  /** Path in the image → text. */
  files?: Readonly<Record<string, string>>;
  /** Follows the copying. busybox is in /bin, its commands are not yet. */
  dockerfile: string;
}

const BUSYBOX = process.env['BIRDKEEPER_TEST_BUSYBOX'] ?? '/bin/busybox';
const BEGINNING = 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY root /\n';

export async function createProgramsImage(options: ProgramsImageOptions): Promise<ProgramsImage> {
  const { name, linked, copied = [], directories = [], files = {}, dockerfile } = options;
  const tag = options.tag ?? `bk-test-${name}-${randomBytes(4).toString('hex')}:1`;
  const context = await mkdtemp(join(tmpdir(), `bk-test-${name}-`));
  const root = join(context, 'root');
  try {
    const libraries = (await Promise.all(linked.map(librariesOf))).flat();
    for (const path of new Set([...linked, ...libraries, ...copied])) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await cp(path, join(root, path), { recursive: true, dereference: true });
    }
    for (const path of directories) await mkdir(join(root, path), { recursive: true });
    for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
    await cp(BUSYBOX, join(context, 'busybox'));
    await writeFile(join(context, 'Dockerfile'), BEGINNING + dockerfile);
    await run('docker', 'build', '--quiet', '--network', 'none', '--tag', tag, context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return { tag, remove: async () => void (await run('docker', 'rmi', '--force', tag).catch(() => undefined)) };
}

/** Loader and shared libraries of a program. */
async function librariesOf(path: string): Promise<string[]> {
  const { stdout } = await run('ldd', path);
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, found]) => found ?? []);
}

function run(file: string, ...args: string[]) {
  const env = { ...(process.env as Record<string, string>), DOCKER_BUILDKIT: '0' };
  return runCommand({ file, args }, { env, signal: new AbortController().signal, timeoutMs: 180_000 });
}
