import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyRendered,
  openLiveView,
  openStagedView,
  planRendered,
  restoreRendered,
  watchedSettings,
  writeRendered,
  type Staged,
  type StackView,
  type ViewDeps,
} from '../../../../activities/stack/index.js';
import { runCommand } from '../../../../activities/shared/run-command.js';
import { ENV, fingerprint, scratch, write } from './fixture.js';

const signal = new AbortController().signal;
let root: string;
let live: { platform: string; private: string };
let stack: string;
let remove: () => void;

/** Two checkouts: the platform with the stack directory, and a private one that env.local links into. */
beforeEach(() => {
  ({ root, remove } = scratch());
  live = { platform: join(root, 'live/the platform'), private: join(root, 'live/private') };
  stack = join(live.platform, 'birdhouse');
  mkdirSync(join(live.platform, '.git'), { recursive: true });
  mkdirSync(join(live.private, '.git'), { recursive: true });
  write(live.platform, {
    'birdhouse/docker-compose.yml':
      'services:\n  web:\n    image: web:${WEB_VERSION}\n    env_file: [./web.env]\n    volumes: ["./data:/data", "${COMPOSE_DIR}/components/proxy/conf:/conf"]\n',
    'birdhouse/web.env': 'MODE=old\n',
    'birdhouse/default.env':
      "export WEB_VERSION=1 GREETING=hello COMPOSE_PROJECT_NAME=thestack\nVARS='$GREETING'\nOPTIONAL_VARS='${EXTRA}'\n",
    'birdhouse/data/big.bin': 'large',
    'birdhouse/components/proxy/docker-compose-extra.yml': 'services:\n  proxy:\n    image: proxy:1\n',
    'birdhouse/components/proxy/default.env': 'export EXTRA=from-component\n',
    'birdhouse/components/proxy/conf/proxy.conf.template': '$GREETING ${EXTRA} $host\r\nno newline\xff',
  });
  write(live.private, {
    'env.local': `export EXTRA_CONF_DIRS="components/proxy" AUTODEPLOY_EXTRA_REPOS="${'../../private'}"\nexport SECRET=0ld-s3cret\n`,
  });
  symlinkSync('../../private/env.local', join(stack, 'env.local'));
});
afterEach(() => remove());

const deps = (): ViewDeps => ({
  env: ENV,
  signal,
  repositoryRoot: async (dir) => Object.values(live).find((repo) => `${dir}/`.startsWith(`${repo}/`)),
  headCommit: async (dir) => `head-of-${relative(join(root, 'live'), dir)}`,
});

/** Copies of both checkouts without data/, as staging makes them; `data` is bound. */
function stage(): Staged & { platform: string; private: string } {
  const trees = { platform: join(root, 'staged area/0'), private: join(root, 'staged area/1') };
  for (const name of ['platform', 'private'] as const) {
    const skipped = [join(live[name], '.git'), join(stack, 'data')];
    cpSync(live[name], trees[name], {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !skipped.includes(path),
    });
  }
  return {
    ...trees,
    checkouts: [
      { name: 'the platform', dir: live.platform, tree: trees.platform, commit: 'new-platform' },
      { name: 'private', dir: live.private, tree: trees.private, commit: 'new-private' },
    ],
    binds: [{ live: join(stack, 'data'), staged: join(trees.platform, 'birdhouse/data') }],
  };
}

async function run(view: StackView, file: string, ...args: string[]): Promise<string> {
  const { stdout } = await runCommand(view.wrap({ file, args }), {
    cwd: view.directory,
    env: { ...view.variables },
    signal,
    timeoutMs: 60_000,
  });
  return stdout;
}

const composeModel = (view: StackView) =>
  run(view, 'docker', 'compose', ...view.composeFiles.flatMap((path) => ['-f', path]), 'config', '--format', 'json');

describe('activities/stack/open-view', () => {
  it('reads a live stack: name, checkouts, files, settings, rendered text', async () => {
    const view = await openLiveView({ directory: stack }, deps());
    expect(view).toMatchObject({
      kind: 'live',
      name: 'thestack',
      directory: stack,
      checkouts: [
        { name: 'the platform', dir: live.platform },
        { name: 'private', dir: live.private },
      ],
      commits: { 'the platform': 'head-of-the platform', private: 'head-of-private' },
      composeFiles: [join(stack, 'docker-compose.yml'), join(stack, 'components/proxy/docker-compose-extra.yml')],
      components: [join(stack, 'components/proxy')],
      missingRequired: [],
      warnings: [],
    });
    expect(view.settings.platformFrequency).toBe('7 5 * * *');
    expect(view.rendered).toEqual([
      {
        path: join(stack, 'components/proxy/conf/proxy.conf'),
        text: Buffer.from('hello from-component $host\r\nno newline\xff'),
        mode: 0o644,
      },
    ]);
    expect(watchedSettings(view)).toEqual({ checkouts: view.checkouts });
  });

  it('shows the staged commits at the live paths, through links into another checkout', async () => {
    const staged = stage();
    write(staged.private, { 'env.local': 'export EXTRA_CONF_DIRS=components/proxy GREETING=salut WEB_VERSION=2\n' });
    const view = await openStagedView({ directory: stack }, staged, deps());
    expect(view.variables).toMatchObject({ GREETING: 'salut', WEB_VERSION: '2', COMPOSE_DIR: stack, PWD: stack });
    expect(view.commits).toEqual({ 'the platform': 'new-platform' });
    expect(view.locate(join(stack, 'env.local'))).toBe(join(staged.private, 'env.local'));
    expect((await run(view, 'cat', 'env.local')).trim()).toContain('salut');
    expect(await composeModel(view)).toContain('web:2');
  });

  it('follows an absolute link into another checkout as well', async () => {
    const staged = stage();
    for (const dir of [stack, join(staged.platform, 'birdhouse')]) {
      execFileSync('ln', ['-sfn', join(live.private, 'env.local'), join(dir, 'env.local')]);
    }
    write(staged.private, { 'env.local': 'export GREETING=absolute\n' });
    const view = await openStagedView({ directory: stack }, staged, deps());
    expect(view.variables['GREETING']).toBe('absolute');
    expect(view.locate(join(stack, 'env.local'))).toBe(join(staged.private, 'env.local'));
  });

  it('reads the same from a staged stack as from the live one after the trees moved', async () => {
    const staged = stage();
    write(staged.platform, {
      'birdhouse/web.env': 'MODE=new\n',
      'birdhouse/components/proxy/default.env': 'export EXTRA=newer\n',
      'birdhouse/components/other/docker-compose-extra.yml': 'services:\n  other:\n    image: other:1\n',
      'birdhouse/components/other/deep/down/x.template': '$GREETING',
    });
    write(staged.private, { 'env.local': 'export EXTRA_CONF_DIRS="components/proxy components/other"\n' });
    const before = fingerprint(join(root, 'live'));
    const view = await openStagedView({ directory: stack }, staged, deps());
    expect((await writeRendered(view)).notShown).toEqual([]);
    const model = await composeModel(view);
    expect(model).toContain('"MODE": "new"');
    expect(await run(view, 'cat', 'components/other/deep/down/x')).toBe('hello');
    expect(fingerprint(join(root, 'live'))).toBe(before);

    for (const { tree, dir } of staged.checkouts) {
      execFileSync('cp', ['-a', `${tree}/.`, dir]);
    }
    const after = await openLiveView({ directory: stack }, deps());
    expect(await composeModel(after)).toBe(model);
    for (const key of [
      'name',
      'variables',
      'composeFiles',
      'components',
      'rendered',
      'settings',
      'checkouts',
    ] as const) {
      expect(after[key]).toEqual(view[key]);
    }
    expect(await planRendered(after)).toEqual([]);
  });

  it('shows what git does not track without a copy, and writes nothing there', async () => {
    const staged = stage();
    const view = await openStagedView({ directory: stack }, staged, deps());
    expect(existsSync(join(staged.platform, 'birdhouse/data/big.bin'))).toBe(false);
    expect(await run(view, 'cat', 'data/big.bin')).toBe('large');
    expect(view.locate(join(stack, 'data/big.bin'))).toBe(join(stack, 'data/big.bin'));
  });

  it('reports rendered files that no staged tree can show, and leaves the live ones alone', async () => {
    write(root, { 'outside/c.template': '$GREETING' });
    write(live.private, { 'env.local': `export EXTRA_CONF_DIRS="${join(root, 'outside')}"` });
    // A blank in a path ends a word of the list, as upstream has it.
    execFileSync('ln', ['-sfn', root, '/tmp/birdkeeper-outside-' + String(process.pid)]);
    const link = `/tmp/birdkeeper-outside-${process.pid}`;
    try {
      write(live.private, { 'env.local': `export EXTRA_CONF_DIRS="${link}/outside"` });
      const view = await openStagedView({ directory: stack }, stage(), deps());
      expect(await writeRendered(view)).toEqual({ written: [], notShown: [join(link, 'outside/c')] });
      expect(existsSync(join(root, 'outside/c'))).toBe(false);
    } finally {
      execFileSync('rm', ['-f', link]);
    }
  });

  it('shows a checkout that lies inside another one', async () => {
    const inner = join(live.platform, 'inner repo');
    write(inner, { 'f.txt': 'old' });
    const staged = stage();
    execFileSync('rm', ['-rf', join(staged.platform, 'inner repo')]);
    const tree = join(root, 'staged area/2');
    write(tree, { 'f.txt': 'new' });
    const nested = { ...staged, checkouts: [...staged.checkouts, { name: 'inner', dir: inner, tree, commit: 'c' }] };
    const view = await openStagedView({ directory: stack }, nested, deps());
    expect(await run(view, 'cat', join(inner, 'f.txt'))).toBe('new');
    expect(readFileSync(view.locate(join(inner, 'f.txt')), 'utf8')).toBe('new');
    expect(await run(view, 'cat', 'data/big.bin')).toBe('large');
  });

  it('adds nothing to the environment of what it wraps', async () => {
    const staged = await openStagedView({ directory: stack }, stage(), deps());
    const names = (output: string) =>
      output
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .sort();
    expect(names(await run(staged, 'env'))).toEqual(
      names(await run(await openLiveView({ directory: stack }, deps()), 'env')),
    );
  });

  it('refuses with the reason when no namespace can be had', async () => {
    const bin = join(root, 'bin');
    write(bin, { unshare: '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2; exit 1\n' });
    chmodSync(join(bin, 'unshare'), 0o755);
    const opening = openStagedView({ directory: stack }, stage(), { ...deps(), env: { ...ENV, PATH: bin } });
    await expect(opening).rejects.toMatchObject({ type: 'Configuration' });
    await expect(opening).rejects.toThrow(
      /could not be shown.*Operation not permitted.*nothing is deployed\. (Run|In a)/s,
    );
  });

  it('refuses a broken staged env.local, and reads the live one all the same', async () => {
    const staged = stage();
    write(staged.private, { 'env.local': 'export A="\n' });
    await expect(openStagedView({ directory: stack }, staged, deps())).rejects.toThrow(
      /env\.local, line \d+: the shell/,
    );
    expect((await openLiveView({ directory: stack }, deps())).name).toBe('thestack');
  });

  it('names the setting, what it should be, and where it was set', async () => {
    write(live.private, { 'env.local': 'A=1\nexport AUTODEPLOY_PLATFORM_FREQUENCY=soon\n' });
    await expect(openLiveView({ directory: stack }, deps())).rejects.toThrow(
      /^AUTODEPLOY_PLATFORM_FREQUENCY: should be .* \(got "soon", .*env\.local line 2\)$/,
    );
  });

  it('tells required names without a value, and those that are not exported', async () => {
    write(live.private, { 'env.local': "VARS='$ABSENT ${BLANK} $PLAIN $GREETING'\nexport BLANK=' '\nPLAIN=x\n" });
    const view = await openLiveView({ directory: stack }, deps());
    expect(view.missingRequired).toEqual(['ABSENT', 'BLANK']);
    expect(view.warnings).toEqual([expect.stringContaining('PLAIN is set but not exported')]);
  });

  it('counts a component that is listed under two spellings once', async () => {
    write(live.private, { 'env.local': 'EXTRA_CONF_DIRS="components/proxy ./components/../components/proxy/"' });
    const view = await openLiveView({ directory: stack }, deps());
    expect(view.components).toEqual([join(stack, 'components/proxy')]);
    expect(view.warnings).toEqual([expect.stringContaining('listed twice')]);
  });
});

describe('activities/stack/open-view of a plain compose directory', () => {
  const name = async (files: Record<string, string>, env: Record<string, string> = {}) => {
    const directory = join(root, 'A Plain_dir');
    write(directory, files);
    const given = { ...deps(), env: { ...ENV, ...env } };
    const view = await openLiveView({ directory }, given);
    const told = JSON.parse(await run(view, 'docker', 'compose', 'config', '--format', 'json')) as { name: string };
    return { view, told: told.name, directory };
  };
  const service = 'services:\n  a:\n    image: x\n';

  it('is named as Compose names it, from the directory', async () => {
    const { view, told } = await name({ 'compose.yaml': service });
    expect(view.name).toBe('aplain_dir');
    expect(view.name).toBe(told);
    expect(view.settings.backupFrequency).toBe('');
  });

  it.each<[string, Record<string, string>]>([
    ['from a name in the file', { 'compose.yaml': `name: literal # why\n${service}` }],
    ['from an interpolated name', { 'compose.yaml': `name: "x-\${WHO:-y}"\n${service}`, '.env': 'WHO=z\n' }],
    ['from a file in flow style', { 'compose.yaml': '{"name": "flow", "services": {"a": {"image": "x"}}}' }],
    ['from .env', { 'compose.yaml': `name: literal\n${service}`, '.env': "COMPOSE_PROJECT_NAME='env'\n" }],
    ['from an interpolated .env', { 'compose.yaml': service, '.env': 'A=b\nCOMPOSE_PROJECT_NAME=${A}-c\n' }],
    [
      'from the last file that names it',
      { 'compose.yaml': `name: one\n${service}`, 'compose.override.yaml': 'name: two\n' },
    ],
    [
      'from files of COMPOSE_FILE',
      { 'a.yaml': service, 'b.yaml': 'name: of-b\n', '.env': 'COMPOSE_FILE=a.yaml:b.yaml\n' },
    ],
    [
      'by default with both forms of file',
      { 'compose.yaml': `name: new\n${service}`, 'docker-compose.yml': `name: old\n${service}` },
    ],
  ])('is named as Compose names it, %s', async (_, files) => {
    const { view, told } = await name(files);
    expect(view.name).toBe(told);
  });

  it('takes the name from env.local first', async () => {
    const { view, told } = await name({
      'compose.yaml': service,
      '.env': 'COMPOSE_PROJECT_NAME=env\n',
      'env.local': 'export COMPOSE_PROJECT_NAME=local\n',
    });
    expect([view.name, told]).toEqual(['local', 'local']);
  });

  it('is refused without a compose file', async () => {
    await expect(name({ 'readme.txt': '' })).rejects.toThrow(/holds no compose file/);
  });

  it('is refused when the environment file that was named is gone', async () => {
    write(root, { 'p/compose.yaml': service });
    const opening = openLiveView({ directory: join(root, 'p'), envFile: join(root, 'gone.env') }, deps());
    await expect(opening).rejects.toThrow(/gone\.env.*does not exist/);
  });
});

describe('activities/stack/rendered-files', () => {
  const target = () => join(stack, 'components/proxy/conf/proxy.conf');

  it('writes what differs, once, keeping owner and mode, and leaves nothing beside it', async () => {
    write(stack, { 'components/proxy/conf/proxy.conf': 'old text' });
    chmodSync(target(), 0o640);
    const asRoot = process.getuid?.() === 0;
    if (asRoot) execFileSync('chown', ['1234:2345', target()]);
    const view = await openLiveView({ directory: stack }, deps());
    const [change] = await planRendered(view);
    expect(change).toMatchObject({ path: target(), before: Buffer.from('old text') });
    expect(await applyRendered(view)).toEqual([target()]);
    expect(readFileSync(target())).toEqual(change?.text);
    const { mode, uid, gid, ino } = statSync(target());
    expect(mode & 0o7777).toBe(0o640);
    if (asRoot) expect([uid, gid]).toEqual([1234, 2345]);
    expect(await applyRendered(view)).toEqual([]);
    expect(statSync(target()).ino).toBe(ino);
    expect(execFileSync('find', [live.platform, '-name', '*.tmp'], { encoding: 'utf8' })).toBe('');

    await restoreRendered([{ path: target(), text: change?.before ?? null }]);
    expect(readFileSync(target(), 'utf8')).toBe('old text');
    expect(statSync(target()).mode & 0o7777).toBe(0o640);
  });

  it('gives a new file the owner of its directory and removes it again', async () => {
    const asRoot = process.getuid?.() === 0;
    if (asRoot) execFileSync('chown', ['1234:2345', join(stack, 'components/proxy/conf')]);
    const view = await openLiveView({ directory: stack }, deps());
    const [change] = await planRendered(view);
    expect(change?.before).toBeNull();
    await applyRendered(view);
    if (asRoot) expect(statSync(target()).uid).toBe(1234);
    await restoreRendered([{ path: target(), text: null }]);
    await restoreRendered([{ path: target(), text: null }]);
    expect(existsSync(target())).toBe(false);
  });

  it('writes through a link', async () => {
    write(root, { 'real.conf': 'old' });
    symlinkSync(join(root, 'real.conf'), target());
    await applyRendered(await openLiveView({ directory: stack }, deps()));
    expect(lstatSync(target()).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, 'real.conf'), 'utf8')).toContain('hello');
  });

  it('refuses a target that is a directory', async () => {
    mkdirSync(target());
    await expect(planRendered(await openLiveView({ directory: stack }, deps()))).rejects.toThrow(
      /proxy\.conf is a directory/,
    );
  });
});
