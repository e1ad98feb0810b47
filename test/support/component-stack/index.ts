/** A stack that has a shipped component, which lies outside of it; nothing runs. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { listComposeFiles, readConfig, renderConfig } from '../../../worker/config.js';
import { validateConfig } from '../../../worker/config-checks.js';
import { birdkeeper, type Ran } from '../command-line.js';
import { writeEraStack } from '../era-stack.js';
import { SOURCES } from '../monitoring/sources.js';
import type { Platform } from './platforms.js';

const ComposeProject = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      container_name: z.string().optional(),
      restart: z.string().optional(),
      networks: z.record(z.string(), z.unknown()).default({}),
      environment: z.record(z.string(), z.string()).default({}),
      depends_on: z.record(z.string(), z.unknown()).default({}),
      ports: z.array(z.unknown()).default([]),
      volumes: z
        .array(z.object({ source: z.string(), target: z.string(), read_only: z.boolean().default(false) }))
        .default([]),
      healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
    }),
  ),
  networks: z.record(z.string(), z.unknown()),
});
export type ComposeProject = z.output<typeof ComposeProject>;

export class ComponentStack {
  readonly root: string;
  readonly directory: string;
  /** A copy: rendered files are written beside their templates. */
  readonly component: string;

  /** `name`: of a directory below components/. */
  constructor(private readonly name: string) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), `birdkeeper-${name}-`)));
    this.directory = join(this.root, 'checkout');
    this.component = join(this.root, 'elsewhere', name);
  }

  /** `values`: what env.local exports, beside the line that lists the component. */
  write(platform: Platform, values: Record<string, string> = {}): void {
    cpSync(join(SOURCES, 'components', this.name), this.component, { recursive: true });
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(join(this.root, 'out'), { recursive: true, force: true });
    mkdirSync(this.directory, { recursive: true });
    const local = Object.entries({ [platform.list]: this.component, ...platform.values, ...values })
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
      .join('');
    const files = { ...platform.files, 'env.local': local };
    if (platform.era !== undefined) {
      writeEraStack(this.directory, platform.era, { 'default.env': '', ...files }, { required: '', optional: '' });
      return;
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, path)), { recursive: true });
      writeFileSync(join(this.directory, path), text);
    }
  }

  /** `birdkeeper config …`. */
  config(...args: string[]): Promise<Ran> {
    const environment = { PATH: process.env['PATH'] ?? '', HOME: '/' };
    return birdkeeper(
      {
        settings: { stateDirectories: ['/none'], environment },
        cwd: this.directory,
        handlers: { listComposeFiles, readConfig, renderConfig, validateConfig },
      },
      'config',
      ...args,
    );
  }

  /** Path of a rendered file of the component, in a tree apart. */
  async rendered(file: string): Promise<string> {
    const out = join(this.root, 'out');
    if (!existsSync(out)) {
      const ran = await this.config('render', '--out', out);
      if (ran.status !== 0) throw new Error(ran.err);
    }
    return join(out, this.component, file);
  }

  async text(file: string): Promise<string> {
    return readFileSync(await this.rendered(file), 'utf8');
  }

  async yaml(file: string): Promise<unknown> {
    return parse(await this.text(file)) as unknown;
  }

  async variables(...names: string[]): Promise<Record<string, string>> {
    const all = await this.environment();
    return Object.fromEntries(names.map((name) => [name, all[name] ?? 'unset']));
  }

  private async environment(): Promise<Record<string, string>> {
    const { out } = await this.config('env', '--format', 'json');
    return z.record(z.string(), z.string()).parse(JSON.parse(out));
  }

  /** Puts the rendered files beside their templates, as a deployment does. */
  async renderInPlace(): Promise<void> {
    await this.rendered('');
    cpSync(join(this.root, 'out', this.root), this.root, { recursive: true });
  }

  /** What `docker compose config` makes of it. Variables that are not set are a failure. */
  async compose(): Promise<ComposeProject> {
    await this.renderInPlace();
    const { out } = await this.config('files');
    const files = out
      .trim()
      .split('\n')
      .flatMap((file) => ['-f', file]);
    const text = execFileSync('docker', ['compose', '-p', 'bk-test', ...files, 'config', '--format', 'json'], {
      cwd: this.directory,
      encoding: 'utf8',
      env: { ...(await this.environment()), ...ofDocker() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return ComposeProject.parse(JSON.parse(text));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Where Docker's command line finds itself and its plug-ins. */
function ofDocker(): Record<string, string> {
  const names = ['PATH', 'HOME', 'DOCKER_CONFIG', 'DOCKER_HOST'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
