/**
 * The images of the component Weaver by the names that it uses, and one of a bird. What is in them is ours: doubles of Weaver and of
 * birds, and in `test/fixtures/weaver` what stands for Celery and MongoDB. Node.js, Python, bash and the rest are this machine's.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileDoubles } from '../compiled.js';
import { SOURCES } from '../monitoring/sources.js';
import { createProgramsImage } from '../programs-image.js';
import { WORLD_LABEL } from '../world/containers.js';
import { attempt, output } from '../world/programs.js';
import { pythonFilesFor } from './python-files.js';

export const COMPONENT = join(SOURCES, 'components/weaver');
export const BIRD_IMAGE = 'bk-test-bird:1';

/** As the component names them. */
const CONTAINERS = ['weaver', 'weaver-worker', 'weaver-mongodb', 'docker-proxy'];
const FIXTURES = join(SOURCES, 'test/fixtures/weaver');
const INI = '/opt/local/src/weaver/config/weaver.ini';
/** What the component's health check asks of Python. */
const REQUEST = `import os, urllib.request; urllib.request.urlopen('http://localhost:9/', timeout=1)`;
/** The C library loads these by itself. */
const NAMES = ['files', 'dns'].map((name) => `/lib/x86_64-linux-gnu/libnss_${name}.so.2`);

type Env = Record<string, string>;

/**
 * Why they cannot be made on this engine, and their containers neither: they would stand for what is really there, or take its name.
 * undefined: they can.
 */
export async function whyNoImages(env: Env): Promise<string | undefined> {
  const wanted = [
    ...Object.keys(await commands()).map((name) => ['image', name] as const),
    ...CONTAINERS.map((name) => ['container', name] as const),
  ];
  const format = `{{index .Config.Labels "${WORLD_LABEL}"}}`;
  for (const [kind, name] of wanted) {
    const { status, stdout } = await attempt('docker', [kind, 'inspect', '--format', format, name], { env });
    if (status === 0 && stdout.trim() === '') return `the engine has ${kind} ${name} already, which is not touched`;
  }
  return undefined;
}

/** They have the label of that world, which takes them away with it. */
export async function createWeaverImages(project: string, env: Env): Promise<void> {
  const base = await createBase(`${project}/weaver:1`, `LABEL ${WORLD_LABEL}=${project}\n`);
  for (const [tag, command] of Object.entries(await commands())) {
    const input = `FROM ${base}\nCMD ${JSON.stringify(command)}\n`;
    await output('docker', ['build', '--quiet', '--tag', tag, '-'], { env, input });
  }
}

/** What each image runs; the names are those of the component's `default.env`. */
async function commands(): Promise<Record<string, readonly string[]>> {
  const defaults = await readFile(join(COMPONENT, 'default.env'), 'utf8');
  const value = (name: string): string => {
    const found = new RegExp(`^export ${name}='?([^'\\n]+)'?$`, 'm').exec(defaults)?.[1];
    if (found === undefined) throw new Error(`default.env of weaver has no ${name}`);
    return found.replaceAll(/\$\{(\w+)\}/g, (_, other: string) => value(other));
  };
  return {
    [value('WEAVER_MANAGER_IMAGE')]: ['pserve', INI],
    [value('WEAVER_WORKER_IMAGE')]: ['celery', '-A', 'pyramid_celery.celery_app', 'worker', '-B', '-E', '--ini', INI],
    [value('WEAVER_MONGODB_IMAGE')]: ['mongod', '--bind_ip_all', '--port', '27017'],
    // Nobody asks it: the double starts no containers.
    [value('WEAVER_DOCKER_PROXY_IMAGE')]: ['runs', 'httpd', '-f', '-p', '2375', '-h', '/tmp'],
    [BIRD_IMAGE]: ['bird'],
  };
}

/** All programs in one: the others differ in what they run. */
async function createBase(tag: string, label: string): Promise<string> {
  const python = pythonFilesFor(REQUEST);
  const scripts = await readdir(FIXTURES);
  const files = {
    ...(await textsOf(FIXTURES, scripts, 'usr/local/bin')),
    ...(await doubles()),
  };
  const image = await createProgramsImage({
    name: 'weaver',
    tag,
    linked: [...new Set([process.execPath, '/usr/bin/bash', '/usr/bin/timeout', ...python.linked])],
    copied: [...python.modules, ...NAMES.filter((path) => existsSync(path))],
    directories: ['tmp', ...new Set(Object.keys(files).map(dirname))],
    files,
    dockerfile: `${label}RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN cd /usr/local/bin && chmod 755 ${scripts.join(' ')} && ln -s /bin/busybox /usr/bin/env \\
  && ln -s ${python.program} python && ln -sf ${process.execPath} node
ENV PATH=/usr/local/bin:/usr/bin:/bin
`,
  });
  return image.tag;
}

async function doubles(): Promise<Record<string, string>> {
  const compiled = await compileDoubles();
  const { dir } = compiled;
  try {
    const names = await readdir(dir, { recursive: true });
    return await textsOf(
      dir,
      names.filter((name) => /\.(js|json)$/.test(name)),
      'doubles',
    );
  } finally {
    await compiled.remove();
  }
}

/** Path below `place` → text. */
async function textsOf(from: string, names: readonly string[], place: string): Promise<Record<string, string>> {
  const read = names.map(async (name) => [join(place, name), await readFile(join(from, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}
