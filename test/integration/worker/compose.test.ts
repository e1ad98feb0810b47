import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeAsScript, verbOf } from '../../../worker/compose.js';
import { birdkeeper, type Ran } from '../../support/command-line.js';
import { writeEraStack } from '../../support/era-stack.js';

let dir: string;
let stack: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper compose-')));
  stack = join(dir, 'birdhouse');
  mkdirSync(join(dir, 'bin'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/**
 * A double of the docker command line: writes each call down, a word a line and the guard after it, knows three services, and ends
 * with `status` where it is asked for an `up`.
 */
function docker(status = 0): void {
  const script = `#!/bin/sh
{ printf '%s\\n' "$@"; echo "guard=$PROXY_HTTP_PORT host=$HOSTNAME late=$LATE"; echo; } >> '${dir}/calls'
case " $* " in *" config --services "*) printf 'proxy\\npostgres\\nweb\\n' ;; *" up "*) exit ${status} ;; esac
`;
  writeFileSync(join(dir, 'bin/docker'), script);
  chmodSync(join(dir, 'bin/docker'), 0o755);
}
const calls = (): string[][] =>
  existsSync(join(dir, 'calls'))
    ? readFileSync(join(dir, 'calls'), 'utf8')
        .trimEnd()
        .split('\n\n')
        .map((call) => call.split('\n'))
    : [];

function write(files: Record<string, string> = {}): void {
  const all: Record<string, string> = {
    'default.env': 'export LATE=late BIRDHOUSE_FQDN=birds.example.org\nBIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED=False\n',
    'env.local': "export BIRDHOUSE_EXTRA_CONF_DIRS='./web' BIRDHOUSE_COMPOSE_UP_EXTRA_OPTS='--remove-orphans'\n",
    'web/docker-compose-extra.yml': 'services: {}\n',
    'web/x.conf.template': '$LATE\n',
    'web/pre-docker-compose-up': `echo "pre $LATE guard=$PROXY_HTTP_PORT" >> '${dir}/order'\n`,
    'web/post-docker-compose-up': `echo post >> '${dir}/order'; exit 3\n`,
    'web/pre-docker-compose-up.include': 'export LATE=included; COMPOSE_CONF_LIST="$COMPOSE_CONF_LIST -f more.yml"\n',
    ...files,
  };
  writeEraStack(stack, '2.26.0', all, { required: '$LATE', optional: '' });
  for (const hook of ['pre', 'post']) chmodSync(join(stack, `web/${hook}-docker-compose-up`), 0o755);
}

function run(...args: string[]): Promise<Ran> {
  const environment = { PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: '/' };
  const line = {
    settings: { stateDirectories: ['/none'], environment },
    cwd: stack,
    handlers: { compose: composeAsScript },
  };
  return birdkeeper(line, 'compose', '--', ...args);
}

const FILES = ['-f', 'docker-compose.yml', '-f', './web/docker-compose-extra.yml'];

describe('worker/compose', () => {
  it('passes words on with files and guard of the stack, and does nothing else', async () => {
    docker();
    write();
    expect(await run('ps', '-q', 'two words')).toMatchObject({ status: 0 });
    expect(calls()).toEqual([
      ['compose', ...FILES, 'ps', '-q', 'two words', 'guard=80 host=birds.example.org late=late'],
    ]);
    expect(existsSync(join(stack, 'web/x.conf'))).toBe(false);
    expect(existsSync(join(dir, 'order'))).toBe(false);
  });

  it('does the whole sequence around an up', async () => {
    docker();
    write();
    const { status, err } = await run('up', '-d');
    expect(status).toBe(0);
    expect(readFileSync(join(stack, 'web/x.conf'), 'utf8')).toBe('late\n');
    const [up, services, restart, databases, ...more] = calls();
    const guarded = 'guard=80 host=birds.example.org late=included';
    expect(up).toEqual(['compose', ...FILES, '-f', 'more.yml', 'up', '-d', '--remove-orphans', guarded]);
    expect(services).toContain('--services');
    expect(restart?.slice(-3)).toEqual(['restart', 'proxy', guarded]);
    expect(databases?.slice(-5, -1)).toEqual(['exec', '-T', 'postgres', '/postgres-setup.sh']);
    expect(more).toEqual([]);
    // A hook gets no guard, and how it ends changes nothing.
    expect(readFileSync(join(dir, 'order'), 'utf8')).toBe('pre late guard=\npost\n');
    expect(err).toContain('warning: post hook of web ended with status 3');
  });

  it('ends with the status of Compose, and does nothing after one that failed', async () => {
    docker(17);
    write();
    expect(await run('up')).toMatchObject({ status: 17 });
    expect(calls()).toHaveLength(1);
    expect(readFileSync(join(dir, 'order'), 'utf8')).not.toContain('post');
  });

  it('knows an up behind options of Compose, and adds its options to nothing else', async () => {
    docker();
    write();
    await run('--profile', 'dev', 'up');
    expect(calls()[0]).toContain('--remove-orphans');
    rmSync(join(dir, 'calls'));
    await run('restart', 'web');
    expect(calls()[0]).not.toContain('--remove-orphans');
    expect(readFileSync(join(dir, 'order'), 'utf8').match(/pre/g)).toHaveLength(2);
  });

  it.each([
    [['up'], 'up'],
    [['--profile', 'up', 'ps'], 'ps'],
    [['-p', 'x', '--ansi', 'never', '--dry-run', 'up', '-d'], 'up'],
    [['--profile=up', 'logs'], 'logs'],
    [[], ''],
    [['--version'], ''],
  ])('takes the verb out of %j', (args, verb) => {
    expect(verbOf(args)).toBe(verb);
  });

  it('calls what DOCKER_COMPOSE says', async () => {
    docker();
    write({ 'env.local': "export BIRDHOUSE_EXTRA_CONF_DIRS=./web DOCKER_COMPOSE='docker --context far compose'\n" });
    await run('ps');
    expect(calls()[0]?.slice(0, 3)).toEqual(['--context', 'far', 'compose']);
  });

  it('does nothing while a required name is empty or the configuration does not read', async () => {
    docker();
    write({ 'env.local': 'export LATE=\n' });
    const ran = await run('up');
    expect(ran.status).toBe(2);
    expect(ran.err).toContain('No value for LATE');
    write({ 'env.local': 'if true\n' });
    expect(await run('ps')).toMatchObject({ status: 2 });
    expect(calls()).toEqual([]);
  });

  it('says when Compose cannot be started', async () => {
    write({ 'env.local': "export DOCKER_COMPOSE='no-such-program compose'\n" });
    const ran = await run('ps');
    expect(ran.status).not.toBe(0);
    expect(ran.err).toContain('could not be started');
  });
});
