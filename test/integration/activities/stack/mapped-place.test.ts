import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStagedView, type Staged, type StackView } from '../../../../activities/stack/index.js';
import { ENV, fingerprint, write } from './fixture.js';
import { composeModel, run } from './sample-stack.js';

let root: string;
let staged: Staged;
const at = (...parts: string[]) => join(root, ...parts);
const stack = () => at('live/platform/birdhouse');
/** Staged trees that do not lie to each other as the live ones do. */
const TREES = { platform: 'st/deep/er/platform', private: 'st/private', inner: 'st/inner' };

/** A stack that uses every way from one checkout into another; everything of the live side says so. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper-mapped-')));
  for (const [side, word] of [
    ['live', 'live'],
    ['st', 'staged'],
  ] as const) {
    const dir = (name: keyof typeof TREES) =>
      side === 'st' ? at(TREES[name]) : at('live', name === 'inner' ? 'platform/inner' : name);
    write(dir('platform'), {
      'birdhouse/docker-compose.yml': `services:
  web:
    image: web:\${WEB_VERSION}
    env_file: [./web.env, ./linked.env, "\${COMPOSE_DIR}/web.env", "\${PRIVATE}/private.env", ./data/data.env]
    volumes: ["./data:/data", "\${COMPOSE_DIR}/conf:/conf", "\${PRIVATE}/certs:/certs", "./inner:/inner"]
    environment: { HERE: "\${COMPOSE_DIR}", TEXT: "${word} at \${PRIVATE}:x", COST: "5$$" }
    configs: [{ source: page }]
configs: { page: { file: ./page.html } }
`,
      'birdhouse/web.env': `WEB=${word}\nWEB_DIR=\${COMPOSE_DIR}/x\n`,
      'birdhouse/page.html': word,
      'birdhouse/lib.sh': `export LIBRARY=${word}\n`,
      'birdhouse/default.env': `export WEB_VERSION=${word} COMPOSE_PROJECT_NAME=mapped OWN=$COMPOSE_DIR/own
. "$COMPOSE_DIR/lib.sh"
export VARS='$LIBRARY $PRIVATE'
`,
      'birdhouse/conf/a.template': `${word} $LIBRARY in $PRIVATE`,
      'birdhouse/components/one/default.env': `export ONE=${word} ONE_DIR=$COMPOSE_DIR/components/one\n`,
      'birdhouse/components/one/x.template': `one ${word} $LIBRARY`,
    });
    write(dir('private'), {
      'env.local': `export PRIVATE=${at('live/private')}
export AUTODEPLOY_EXTRA_REPOS="$PRIVATE ../../private ${at('live/platform/inner')}"
export EXTRA_CONF_DIRS="components/one ${at('live/private/components/two')} $COMPOSE_DIR/inner/three"
. ${at('live/private')}/more.sh
[ -e ${at('live/private/new')} ] && export NEW=yes
export DATA=$(cat data/data.env) REAL=$(readlink -f env.local) WORD=${word}
`,
      'more.sh': `export MORE=${word}\n`,
      'private.env': `PRIVATE_ENV=${word}\n`,
      'linked.env': `LINKED=${word}\n`,
      'components/two/default.env': `export TWO=${word}\n`,
      'components/two/docker-compose-extra.yml': `services: { two: { image: "two:\${TWO}" } }\n`,
      'components/two/y.template': `two ${word} $LIBRARY`,
      ...(side === 'st' ? { new: '' } : {}),
    });
    write(dir('inner'), { 'three/default.env': `export THREE=${word}\n`, 'three/z.template': `three ${word}` });
    symlinkSync('../../private/env.local', join(dir('platform'), 'birdhouse/env.local'));
    symlinkSync(at('live/private/linked.env'), join(dir('platform'), 'birdhouse/linked.env'));
    symlinkSync('../inner', join(dir('platform'), 'birdhouse/inner'));
  }
  write(stack(), { 'data/data.env': 'DATA_ENV=untracked\n', 'data/deep/d.template': 'no component' });
  write(at(TREES.platform), { 'birdhouse/data/.keep': '' });
  rmSync(at(TREES.platform, 'birdhouse/data/.keep'));
  const checkout = (name: keyof typeof TREES, dir: string) => ({
    name,
    dir,
    tree: at(TREES[name]),
    commit: `new-${name}`,
  });
  staged = {
    checkouts: [
      checkout('platform', at('live/platform')),
      checkout('private', at('live/private')),
      checkout('inner', at('live/platform/inner')),
    ],
    binds: [{ live: join(stack(), 'data'), staged: at(TREES.platform, 'birdhouse/data') }],
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (mountNamespaces: boolean, from = staged) =>
  openStagedView({ directory: stack() }, from, {
    env: ENV,
    signal: new AbortController().signal,
    repositoryRoot: async (dir) =>
      [at('live/platform/inner'), at('live/platform'), at('live/private')].find((repo) =>
        `${dir}/`.startsWith(`${repo}/`),
      ),
    headCommit: async () => 'head',
    mountNamespaces,
  });

const READ = [
  'name',
  'directory',
  'checkouts',
  'commits',
  'variables',
  'settings',
  'composeFiles',
  'components',
  'rendered',
  'missingRequired',
] as const;
const read = (view: StackView) => Object.fromEntries(READ.map((key) => [key, view[key]]));

describe('activities/stack/mapped-place', () => {
  it('reads what a mount namespace shows, byte for byte, twice, and changes nothing on the live side', async () => {
    const before = fingerprint(at('live'));
    const shown = await open(true);
    const model = await composeModel(shown);
    const files = ['env.local', 'linked.env', 'data/data.env', 'inner/three/default.env'];
    const texts = await run(shown, 'cat', ...files);
    expect(model).not.toContain('=live');
    expect(shown.variables).toMatchObject({
      TWO: 'staged',
      THREE: 'staged',
      LIBRARY: 'staged',
      MORE: 'staged',
      NEW: 'yes',
    });
    for (const time of ['once', 'twice']) {
      const mapped = await open(false);
      expect(read(mapped), time).toEqual(read(shown));
      expect(await composeModel(mapped), time).toBe(model);
      expect(await run(mapped, 'cat', ...files), time).toBe(texts);
      expect(mapped.warnings).toEqual([
        'No mount namespace can be had (they are switched off): the new commits are read by mapped paths.',
      ]);
    }
    expect(shown.warnings).toEqual([]);
    expect(fingerprint(at('live'))).toBe(before);
    expect(JSON.stringify(read(shown))).not.toContain('/st/');
  });

  it('says of compose and of the shell where they failed, by live paths', async () => {
    rmSync(at(TREES.platform, 'birdhouse/web.env'));
    const view = await open(false);
    await expect(composeModel(view)).rejects.toThrow(`${stack()}/web.env`);
    await expect(composeModel(view)).rejects.not.toThrow('/st/');
    write(at(TREES.private), { 'env.local': 'A=1\nB="\n' });
    await expect(open(false)).rejects.toThrow(`${stack()}/env.local, line 3: the shell cannot read it`);
    rmSync(at(TREES.private, 'env.local'));
    await expect(open(false)).rejects.toThrow(`${stack()}/env.local is a link to a file that does not exist`);
  });

  it('passes the status of a command on, and keeps its streams apart', async () => {
    const view = await open(false);
    const failing = run(view, 'sh', '-c', 'echo out; echo "err at $PWD" >&2; exit 7');
    await expect(failing).rejects.toMatchObject({ status: 7, stdout: 'out\n', stderr: `err at ${stack()}\n` });
  });

  it('warns of absolute paths that it cannot turn', async () => {
    write(at(TREES.platform), {
      'birdhouse/components/one/default.env': `# ${at('live/private')}\n[ -e ${at('live/private/new')} ] && export SEEN=1\n`,
      'birdhouse/docker-compose.yml': `services:\n  web:\n    image: a\n    env_file: ${at('live/private/private.env')}\n`,
    });
    expect((await open(false)).warnings.slice(1)).toEqual([
      `${stack()}/components/one/default.env names a checkout by its absolute path (line 2): what is read from there is read as it is now.`,
      `${stack()}/docker-compose.yml names a checkout by its absolute path (line 4): what is read from there is read as it is now.`,
    ]);
  });

  it('warns of a file that a link from outside every checkout leads to', async () => {
    symlinkSync(at('live/private/components/two'), at('outside'));
    write(at(TREES.private), { 'env.local': `export EXTRA_CONF_DIRS=${at('outside')}\n` });
    const { warnings, variables } = await open(false);
    expect(variables['TWO']).toBe('live');
    expect(warnings).toContain(
      `${at('outside')}/default.env was read as it is now and not as the new commits have it: it is reached by a link from outside.`,
    );
  });

  it('leaves no copy of env.local behind, and nothing that others may read', async () => {
    await open(false);
    const beside = dirname(at(TREES.platform));
    expect(readdirSync(beside).sort()).toEqual(['.environment', '.to-live', 'platform']);
    expect(lstatSync(join(beside, '.environment')).mode & 0o777).toBe(0o600);
  });

  it('refuses to build images, in which what is not tracked would be missing', async () => {
    const view = await open(false);
    const build = (...args: string[]) =>
      view.wrap({ file: 'docker', args: ['compose', '--project-name', 'build', ...args] });
    expect(() => build('build', 'web')).toThrow(/Images cannot be built/);
    expect(() => build('config')).not.toThrow();
  });

  it('refuses paths that would be written differently in what comes back', async () => {
    const [first, ...others] = staged.checkouts;
    const odd = {
      ...staged,
      checkouts: [{ ...(first ?? { name: '', commit: '', tree: '' }), dir: '/srv/"a' }, ...others],
    };
    await expect(open(false, odd)).rejects.toThrow(
      /they are switched off, and paths cannot be mapped in its place, because/,
    );
  });

  it('touches nothing behind a link to the live side: a checkout inside what is not tracked is refused', async () => {
    write(stack(), { 'data/clone/precious': 'x' });
    const clone = { name: 'clone', dir: join(stack(), 'data/clone'), tree: at('st/clone'), commit: 'c' };
    write(clone.tree, { f: '' });
    const before = fingerprint(at('live'));
    const opening = open(false, { ...staged, checkouts: [...staged.checkouts, clone] });
    await expect(opening).rejects.toThrow(/data\/clone lies inside something large that git does not track/);
    expect(fingerprint(at('live'))).toBe(before);
    expect(existsSync(join(clone.dir, 'precious'))).toBe(true);
  });

  it('leaves links alone that go round in a circle, and those that lead to where they should', async () => {
    symlinkSync('round', at(TREES.platform, 'round'));
    symlinkSync('birdhouse/web.env', at(TREES.platform, 'near'));
    await open(false);
    const target = (name: string) => execFileSync('readlink', [at(TREES.platform, name)], { encoding: 'utf8' }).trim();
    expect([target('round'), target('near')]).toEqual(['round', 'birdhouse/web.env']);
  });
});
