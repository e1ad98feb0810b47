import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCommand } from '../../../../activities/shared/run-command.js';
import type { Staged, StackView, ViewDeps } from '../../../../activities/stack/index.js';
import { ENV, scratch, write } from './fixture.js';

export interface SampleStack {
  root: string;
  /** Roots of the live checkouts: the platform with the stack directory, and a private one that env.local links into. */
  live: { platform: string; private: string };
  directory: string;
  deps: ViewDeps;
  /** Copies of both checkouts without data/, as staging makes them; `data` is bound. */
  stage: () => Staged & { platform: string; private: string };
  remove: () => void;
}

const signal = new AbortController().signal;

export function sampleStack(): SampleStack {
  const { root, remove } = scratch();
  const live = { platform: join(root, 'live/the platform'), private: join(root, 'live/private') };
  const directory = join(live.platform, 'birdhouse');
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
    'env.local': `export EXTRA_CONF_DIRS="components/proxy" AUTODEPLOY_EXTRA_REPOS="../../private"\nexport SECRET=0ld-s3cret\n`,
  });
  symlinkSync('../../private/env.local', join(directory, 'env.local'));
  return { root, live, directory, deps: depsOf(root, live), stage: () => stage(root, live, directory), remove };
}

const depsOf = (root: string, live: SampleStack['live']): ViewDeps => ({
  env: ENV,
  signal,
  repositoryRoot: async (dir) => Object.values(live).find((repo) => `${dir}/`.startsWith(`${repo}/`)),
  headCommit: async (dir) => `head-of-${relative(join(root, 'live'), dir)}`,
});

function stage(root: string, live: SampleStack['live'], directory: string): ReturnType<SampleStack['stage']> {
  const trees = { platform: join(root, 'staged area/0'), private: join(root, 'staged area/1') };
  for (const name of ['platform', 'private'] as const) {
    const skipped = [join(live[name], '.git'), join(directory, 'data')];
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
    binds: [{ live: join(directory, 'data'), staged: join(trees.platform, 'birdhouse/data') }],
  };
}

/** Runs a program as the view shows the stack, in the stack directory. */
export async function run(view: StackView, file: string, ...args: string[]): Promise<string> {
  const { stdout } = await runCommand(view.wrap({ file, args }), {
    cwd: view.directory,
    env: { ...view.variables },
    signal,
    timeoutMs: 60_000,
  });
  return stdout;
}

export const composeModel = (view: StackView) =>
  run(view, 'docker', 'compose', ...view.composeFiles.flatMap((path) => ['-f', path]), 'config', '--format', 'json');
