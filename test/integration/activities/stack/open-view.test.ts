import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openLiveView,
  openStagedView,
  planRendered,
  watchedSettings,
  writeRendered,
} from '../../../../activities/stack/index.js';
import { ENV, fingerprint, write } from './fixture.js';
import { composeModel, run, sampleStack, type SampleStack } from './sample-stack.js';

let sample: SampleStack;
let root: string;
let live: SampleStack['live'];
let stack: string;
let mountNamespaces = true;
const deps = () => ({ ...sample.deps, mountNamespaces });

beforeEach(() => {
  sample = sampleStack();
  ({ root, live, directory: stack } = sample);
});
afterEach(() => sample.remove());

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
    expect(watchedSettings(view)).toEqual({
      checkouts: view.checkouts,
      rules: {
        verifySignatures: 'no',
        allowedSigners: undefined,
        gpgKeyring: undefined,
        triggerTimeoutSeconds: 60,
        rewrittenUpstream: 'report',
        pins: {},
      },
      notices: {
        notify: [],
        notifyOn: view.settings.notifyOn,
        smtpUrl: view.settings.smtpUrl,
        mailFrom: view.settings.mailFrom,
      },
    });
  });

  describe.each([
    ['through a mount namespace', true],
    ['by mapped paths', false],
  ])('staged, %s', (_, namespaces) => {
    beforeEach(() => {
      mountNamespaces = namespaces;
    });
    afterEach(() => {
      mountNamespaces = true;
    });

    it('shows the staged commits at the live paths, through links into another checkout', async () => {
      const staged = sample.stage();
      write(staged.private, { 'env.local': 'export EXTRA_CONF_DIRS=components/proxy GREETING=salut WEB_VERSION=2\n' });
      const view = await openStagedView({ directory: stack }, staged, deps());
      expect(view.variables).toMatchObject({ GREETING: 'salut', WEB_VERSION: '2', COMPOSE_DIR: stack, PWD: stack });
      expect(view.commits).toEqual({ 'the platform': 'new-platform' });
      expect(view.locate(join(stack, 'env.local'))).toBe(join(staged.private, 'env.local'));
      expect((await run(view, 'cat', 'env.local')).trim()).toContain('salut');
      expect(await composeModel(view)).toContain('web:2');
    });

    it('follows an absolute link into another checkout as well', async () => {
      const staged = sample.stage();
      for (const dir of [stack, join(staged.platform, 'birdhouse')]) {
        execFileSync('ln', ['-sfn', join(live.private, 'env.local'), join(dir, 'env.local')]);
      }
      write(staged.private, { 'env.local': 'export GREETING=absolute\n' });
      const view = await openStagedView({ directory: stack }, staged, deps());
      expect(view.variables['GREETING']).toBe('absolute');
      expect(view.locate(join(stack, 'env.local'))).toBe(join(staged.private, 'env.local'));
    });

    it('reads the same from a staged stack as from the live one after the trees moved', async () => {
      const staged = sample.stage();
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
        // As git would: what it does not track stays as it is.
        const script = 'tar -C "$1" --exclude=./birdhouse/data --exclude=./birdhouse/env.local -c . | tar -C "$2" -x';
        execFileSync('sh', ['-c', script, 'sh', tree, dir]);
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
      const staged = sample.stage();
      const view = await openStagedView({ directory: stack }, staged, deps());
      const inTree = join(staged.platform, 'birdhouse/data/big.bin');
      if (existsSync(inTree)) expect(realpathSync(inTree)).toBe(join(stack, 'data/big.bin'));
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
        const staged = sample.stage();
        const view = await openStagedView({ directory: stack }, staged, deps());
        expect(await writeRendered(view)).toEqual({ written: [], notShown: [join(link, 'outside/c')] });
        expect(existsSync(join(root, 'outside/c'))).toBe(false);

        // A component outside of the checkouts is shown by a copy.
        write(root, { 'staged area/outside/c.template': '$GREETING' });
        const components = [{ dir: join(root, 'outside'), tree: join(root, 'staged area/outside') }];
        const shown = await openStagedView({ directory: stack }, { ...staged, components }, deps());
        expect(await writeRendered(shown)).toEqual({ written: [join(link, 'outside/c')], notShown: [] });
        expect(await run(shown, 'cat', shown.locate(join(link, 'outside/c')))).toBe('hello');
        expect(existsSync(join(root, 'outside/c'))).toBe(false);
        expect(shown.staged.checkouts.map(({ name }) => name)).toEqual(['the platform', 'private']);
      } finally {
        execFileSync('rm', ['-f', link]);
      }
    });

    it('shows a checkout that lies inside another one', async () => {
      const inner = join(live.platform, 'inner repo');
      write(inner, { 'f.txt': 'old' });
      const staged = sample.stage();
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
      const staged = await openStagedView({ directory: stack }, sample.stage(), deps());
      const names = (output: string) =>
        output
          .split('\n')
          .filter((line) => /^\w+=/.test(line))
          .sort();
      expect(names(await run(staged, 'env'))).toEqual(
        names(await run(await openLiveView({ directory: stack }, deps()), 'env')),
      );
    });

    it('refuses a broken staged env.local, and reads the live one all the same', async () => {
      const staged = sample.stage();
      write(staged.private, { 'env.local': 'export A="\n' });
      await expect(openStagedView({ directory: stack }, staged, deps())).rejects.toThrow(
        /env\.local, line \d+: the shell/,
      );
      expect((await openLiveView({ directory: stack }, deps())).name).toBe('thestack');
    });
  });

  it('maps paths, and says why, when no namespace can be had', async () => {
    const bin = join(root, 'bin');
    write(bin, { unshare: '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2; exit 1\n' });
    chmodSync(join(bin, 'unshare'), 0o755);
    const staged = sample.stage();
    write(staged.private, { 'env.local': 'export GREETING=staged\n' });
    const env = { ...ENV, PATH: `${bin}:${ENV.PATH}` };
    const view = await openStagedView({ directory: stack }, staged, { ...deps(), env });
    expect(view.variables['GREETING']).toBe('staged');
    expect(view.warnings).toEqual([
      'No mount namespace can be had (unshare: unshare failed: Operation not permitted): the new commits are read by mapped paths.',
    ]);
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
