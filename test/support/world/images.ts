/** The sample's images: a base that only this host has, and `api` by version in the local registry. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WORLD_LABEL } from './containers.js';
import { output } from './programs.js';

/** The label comes first: a layer that another test has too could be removed by it in the middle of a build. */
const fromBusybox = (label: string) => `FROM scratch
${label}
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]`;

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** well: answers and is healthy; sick: runs, but its health check fails; crashing: ends at once with status 3. */
export type ApiKind = 'well' | 'sick' | 'crashing';

export class SampleImages {
  readonly base: string;
  /** Without a tag. */
  readonly api: string;

  constructor(
    private readonly dir: string,
    private readonly project: string,
    registry: string,
    private readonly env: Record<string, string>,
  ) {
    this.base = `${project}/base:1`;
    this.api = `${registry}/${project}/api`;
  }

  /** From the base that the set-up pulled, else from its static busybox. */
  async buildBase(): Promise<void> {
    const context = join(this.dir, 'images', 'base');
    await mkdir(context, { recursive: true });
    const pulled = process.env.BIRDKEEPER_SAMPLE_BASE;
    if (pulled === undefined) await copyFile(busybox(), join(context, 'busybox'));
    const label = `LABEL ${WORLD_LABEL}=${this.project}`;
    const text = pulled === undefined ? fromBusybox(label) : `FROM ${pulled}\n${label}`;
    await writeFile(join(context, 'Dockerfile'), `${text}\n`);
    await this.build(this.base, context);
    await rm(context, { recursive: true });
  }

  /**
   * Builds a version of `api`, pushes it and takes it from this host again: whoever deploys it must pull. `repository`: of
   * another registry, that this one may push to.
   */
  async publishApi(tag: string, kind: ApiKind = 'well', repository = this.api): Promise<void> {
    const reference = `${repository}:${tag}`;
    const context = join(this.dir, 'images', `api-${tag}`);
    await mkdir(join(context, 'www'), { recursive: true });
    await writeFile(join(context, 'www', 'index.html'), `api ${tag}\n`);
    if (kind !== 'sick') await writeFile(join(context, 'www', 'health'), 'ok\n');
    await writeFile(join(context, 'Dockerfile'), apiDockerfile(this.base, kind));
    await this.build(reference, context);
    await this.docker('push', '--quiet', reference);
    await this.docker('image', 'rm', reference);
    await rm(context, { recursive: true });
  }

  /** In the registry, `tag` means from now on what `as` means; nothing on this host changes. */
  async moveApi(tag: string, as: string): Promise<void> {
    const [host = '', ...path] = this.api.split('/');
    const address = (name: string) => `http://${host}/v2/${path.join('/')}/manifests/${name}`;
    const manifest = await fetch(address(as), { headers: { accept: MANIFEST } });
    const answer = await fetch(address(tag), {
      method: 'PUT',
      headers: { 'content-type': manifest.headers.get('content-type') ?? MANIFEST },
      body: await manifest.text(),
    });
    if (!answer.ok) throw new Error(`the registry did not take ${tag}: ${answer.status} ${await answer.text()}`);
  }

  /** Nothing of it needs a network; a build that fails leaves no container. */
  private build(reference: string, context: string): Promise<string> {
    return this.docker('build', '--quiet', '--force-rm', '--network', 'none', '--tag', reference, context);
  }

  private docker(...args: string[]): Promise<string> {
    return output('docker', args, { env: this.env });
  }
}

function busybox(): string {
  const found = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (found === undefined) throw new Error('no busybox on this machine: apt-get install busybox-static');
  return found;
}

function apiDockerfile(base: string, kind: ApiKind): string {
  const command = kind === 'crashing' ? '["sh", "-c", "exit 3"]' : '["httpd", "-f", "-p", "8080", "-h", "/www"]';
  return [`FROM ${base}`, 'COPY www /www', `CMD ${command}`, ''].join('\n');
}
