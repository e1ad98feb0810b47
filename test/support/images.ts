/** Small images that are built here, from nothing but a static busybox: no registry of the world is asked. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../activities/shared/run-command.js';

export interface ImageOptions {
  /** Whole reference: `name:tag`, or `127.0.0.1:PORT/name:tag` for one that is pushed. */
  tag: string;
  /** Absolute path in the image → text. */
  files?: Readonly<Record<string, string>>;
  cmd?: readonly string[];
  healthcheck?: { test: readonly string[]; interval?: string; retries?: number; startPeriod?: string };
  labels?: Readonly<Record<string, string>>;
}

export interface Images {
  /** Reference of the base image: busybox with its commands in /bin. */
  readonly base: string;
  /** Builds and returns the image id. */
  buildImage(options: ImageOptions): Promise<string>;
  /** Pushes an image to the registry that its reference names. */
  push(reference: string): Promise<void>;
  /** Removes the local image and keeps it in its registry. */
  forget(reference: string): Promise<void>;
  /** Removes every image that was built here, and nothing else. */
  cleanup(): Promise<void>;
}

const BUILD_MS = 120_000;
const BUSYBOX = process.env['BIRDKEEPER_TEST_BUSYBOX'] ?? '/bin/busybox';

export async function createImages(): Promise<Images> {
  const directory = await mkdtemp(join(tmpdir(), 'birdkeeper-images-'));
  const base = `birdkeeper-base-${randomBytes(4).toString('hex')}:1`;
  const built = new Set<string>();

  const build = async (reference: string, dockerfile: string, files: Readonly<Record<string, string>>) => {
    const context = await mkdtemp(join(directory, 'context-'));
    for (const [path, text] of Object.entries(files)) {
      const target = join(context, 'files', path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    }
    if (dockerfile.includes('COPY busybox')) await copyFile(BUSYBOX, join(context, 'busybox'));
    await writeFile(join(context, 'Dockerfile'), dockerfile);
    built.add(reference);
    // Nothing is fetched while building, and a host need not have the default bridge.
    await docker('build', '--quiet', '--network', 'none', '--tag', reference, context);
    return (await docker('image', 'inspect', '--format', '{{.Id}}', reference)).trim();
  };
  const images: Images = {
    base,
    buildImage: (options) => build(options.tag, dockerfileOf(base, options), options.files ?? {}),
    push: async (reference) => void (await docker('push', '--quiet', reference)),
    forget: async (reference) => void (await docker('rmi', reference)),
    async cleanup() {
      // The base last: it is the parent of the others.
      for (const reference of [...built].reverse()) await docker('rmi', '--force', reference).catch(() => undefined);
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await build(base, baseDockerfile(base), {});
  } catch (error) {
    await images.cleanup();
    throw error;
  }
  return images;
}

/** The label comes first: a layer that another test has too could be removed by it in the middle of a build. */
const baseDockerfile = (name: string): string => `FROM scratch
LABEL birdkeeper.test.base=${name}
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin
`;

/** Text of the Dockerfile; `files` are expected below `files/` in the context. */
export function dockerfileOf(base: string, options: Omit<ImageOptions, 'tag'>): string {
  const { healthcheck } = options;
  const lines = [
    `FROM ${base}`,
    ...Object.keys(options.files ?? {}).map((path) => `COPY ${JSON.stringify([join('files', path), path])}`),
    ...Object.entries(options.labels ?? {}).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
    ...(healthcheck
      ? [
          `HEALTHCHECK --interval=${healthcheck.interval ?? '1s'} --timeout=2s --retries=${healthcheck.retries ?? 2} --start-period=${healthcheck.startPeriod ?? '0s'} CMD ${JSON.stringify(healthcheck.test)}`,
        ]
      : []),
    `CMD ${JSON.stringify(options.cmd ?? ['sleep', '3600'])}`,
  ];
  return `${lines.join('\n')}\n`;
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await runCommand(
    { file: 'docker', args },
    {
      // BuildKit is not on every machine; the classic builder is.
      env: { ...(process.env as Record<string, string>), DOCKER_BUILDKIT: '0' },
      signal: new AbortController().signal,
      timeoutMs: BUILD_MS,
    },
  );
  return stdout;
}
