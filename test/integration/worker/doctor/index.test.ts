import { once } from 'node:events';
import { chmod, mkdir, realpath, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../../activities/state/index.js';
import type { Finding } from '../../../../client/schemas.js';
import { doctor } from '../../../../worker/doctor/index.js';
import { commit, fingerprint, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';

let dir: string;
let stack: string;
let state: string;

beforeEach(async () => {
  dir = await realpath(await makeScratch('doctor'));
  [stack, state] = [join(dir, 'stack'), join(dir, 'state')];
  await mkdir(state);
});
afterEach(() => removeScratch(dir));

/** A checkout that follows a bare repository beside it. */
async function checkout(files: Record<string, string>): Promise<void> {
  const remote = join(dir, 'remote.git');
  await git(dir, ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  await git(dir, ['clone', '--quiet', remote, stack]);
  await git(stack, ['switch', '--quiet', '--create', 'main']);
  await commit(stack, files);
  await git(stack, ['push', '--quiet', '--set-upstream', 'origin', 'main']);
}

const compose = 'services:\n  web:\n    image: birdkeeper.invalid/nothing:1\n';
const look = async (more: { stack?: string } = {}): Promise<Map<string, Finding>> => {
  const findings = await doctor({ stackDir: stack, stateDirectory: state, ...more });
  // Of several with one name the worst counts.
  const order = ['ok', 'warn', 'fail'];
  findings.sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result));
  return new Map(findings.map((finding) => [finding.what, finding]));
};

describe('worker/doctor/index', { timeout: 60_000 }, () => {
  it('finds this machine and a sound stack well, and changes nothing', async () => {
    await checkout({ 'docker-compose.yml': compose, 'env.local': `export PAVICS_LOG_DIR=${dir}/log\n` });
    const before = await fingerprint(dir);
    const found = await look();
    for (const what of ['engine', 'compose plugin', 'git', 'tools', 'mount namespace', 'clock', "engine's clock"]) {
      expect(found.get(what), what).toMatchObject({ result: 'ok' });
    }
    expect(found.get('configuration')).toMatchObject({ result: 'ok' });
    expect(found.get('compose files')).toMatchObject({ result: 'ok', finding: '1 services' });
    expect(found.get('checkout stack')).toMatchObject({ result: 'ok', finding: 'up to date, by what is here' });
    expect(found.get('remote of stack')).toMatchObject({ result: 'ok' });
    expect(found.get('log directory')).toMatchObject({ result: 'ok', finding: `${dir}/log` });
    expect(found.get('registry credentials')?.finding).toContain('birdkeeper.invalid');
    expect(await fingerprint(dir)).toBe(before);
  });

  it('names file and line of a setting that is wrong, and looks at what the last good release watched', async () => {
    await checkout({ 'docker-compose.yml': compose, 'env.local': 'export X=1\nexport BIRDKEEPER_PULL=sometimes\n' });
    const found = await look();
    expect(found.get('configuration')).toMatchObject({ result: 'fail' });
    expect(found.get('configuration')?.finding).toContain(`${stack}/env.local line 2`);
    expect(found.get('checkouts')).toMatchObject({ result: 'warn' });
    expect(found.get('engine')).toMatchObject({ result: 'ok' });

    const registered = await new StateDirectory(state).register({ name: 'web', directory: stack });
    await registered.setLastGood({ checkouts: [{ name: 'stack', dir: stack }], logDir: join(dir, 'log') });
    const known = await look({ stack: 'web' });
    expect(known.get('checkout stack')).toMatchObject({ result: 'ok' });
    expect(known.get('remote of stack')).toMatchObject({ result: 'ok' });
  });

  it('finds what is wrong with a checkout, its remote, its key and its known hosts', async () => {
    await checkout({ 'docker-compose.yml': compose });
    const keys = join(dir, 'keys');
    await mkdir(keys);
    await writeFile(join(keys, 'stack_deploy_key'), 'no key');
    await chmod(join(keys, 'stack_deploy_key'), 0o644);
    await writeFile(join(keys, 'hosts'), '');
    const settings = `export AUTODEPLOY_DEPLOY_KEY_ROOT_DIR=${keys}\nexport BIRDKEEPER_KNOWN_HOSTS=${keys}/hosts\n`;
    await writeFile(join(stack, 'env.local'), settings);
    await git(stack, ['remote', 'set-url', 'origin', 'ssh://git@127.0.0.1:1/none.git']);
    const found = await look();
    expect(found.get('checkout stack')).toMatchObject({ result: 'fail', finding: 'dirty: env.local' });
    expect(found.get('key of stack')?.finding).toContain('others may read it (mode 0644)');
    expect(found.get('known hosts')).toMatchObject({ result: 'fail' });
    expect(found.get('known hosts')?.finding).toContain('does not hold [127.0.0.1]:1');
    expect(found.get('remote of stack')).toMatchObject({ result: 'fail' });
    expect(found.get('remote of stack')?.finding).toContain('cannot be reached');
  });

  it('tells compose files that make no model from a configuration that does not read', async () => {
    await checkout({ 'docker-compose.yml': 'services:\n  web: 3\n' });
    const found = await look();
    expect(found.get('configuration')).toMatchObject({ result: 'ok' });
    expect(found.get('compose files')).toMatchObject({ result: 'fail' });
    expect(found.get('registry credentials')).toMatchObject({ result: 'warn' });
  });

  it('looks for what components need, and tells each that is not there', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const manifest = `needs:
  variables: [{ name: MAIL, form: host-port }]
  commands: [sh, birdkeeper-no-such-program]
  files: [/dev/null, component.yml, absent/file]
  ports: [${port}]
`;
    const settings = 'export EXTRA_CONF_DIRS=./comp\nexport MAIL=mx\n';
    await checkout({ 'docker-compose.yml': compose, 'env.local': settings, 'comp/component.yml': manifest });
    const told = async () =>
      (await doctor({ stackDir: stack, stateDirectory: state }))
        .filter(({ what }) => what === 'components' || what === 'configuration')
        .map(({ result, finding }) => `${result} ${finding}`);
    const file = `${stack}/comp/component.yml`;
    expect(await told()).toEqual([
      `fail ${stack}/env.local line 2: MAIL should be HOST:PORT; it is "mx".`,
      `warn ${file} needs the program birdkeeper-no-such-program, which is not on PATH`,
      `warn ${file} needs ${stack}/comp/absent/file, which is not there`,
      `warn ${file} needs port ${port}. Port ${port} is held by another program of this host: stop it or publish another port.`,
    ]);
    server.close();
    await once(server, 'close');
    await writeFile(join(stack, 'env.local'), settings.replace('mx', 'mx:25'));
    await writeFile(file, manifest.replace(', birdkeeper-no-such-program', '').replace(', absent/file', ''));
    expect(await told()).toEqual([expect.stringMatching(/^ok .*1 components$/), 'ok 1 read, with 0 hooks']);
  });

  it('reads component.yml: mistakes with file and line, services that nothing declares, hooks that are not run', async () => {
    const manifest = 'busy:\n  command: "true"\n  services: [web, wbe]\n';
    const settings = "export EXTRA_CONF_DIRS=./comp COMPOSE_UP_EXTRA_OPTS='--remove-orphans --quiet-pull'\n";
    const files = { 'docker-compose.yml': compose, 'env.local': settings, 'comp/component.yml': manifest };
    await checkout({ ...files, 'comp/pre-docker-compose-up': 'true\n' });
    const findings = await doctor({ stackDir: stack, stateDirectory: state });
    const told = findings.filter(({ what }) => what === 'components' || what === 'configuration');
    expect(told.map(({ result, finding }) => `${result} ${finding}`)).toEqual([
      expect.stringMatching(/^ok web: |^ok \S+: 1 checkouts, 1 components$/),
      expect.stringContaining('warn COMPOSE_UP_EXTRA_OPTS: --quiet-pull has no effect'),
      expect.stringContaining('pre-docker-compose-up is not executable'),
      expect.stringContaining('names the service wbe, which no compose file'),
    ]);

    await writeFile(join(stack, 'comp', 'component.yml'), 'busy:\n  limit: soon\n');
    const broken = (await look()).get('components');
    expect(broken).toMatchObject({ result: 'fail' });
    expect(broken?.finding).toContain(`${stack}/comp/component.yml line `);
    await writeFile(join(stack, 'comp', 'component.yml'), '');
    await chmod(join(stack, 'comp', 'pre-docker-compose-up'), 0o755);
    expect((await look()).get('components')).toMatchObject({ result: 'ok', finding: '1 read, with 1 hooks' });
  });

  it('tells what it can of a directory that does not exist', async () => {
    const found = await look();
    expect(found.get('configuration')).toMatchObject({ result: 'fail' });
    expect(found.get('git')).toMatchObject({ result: 'ok' });
    expect(found.get('remotes')).toMatchObject({ result: 'warn' });
  });
});
