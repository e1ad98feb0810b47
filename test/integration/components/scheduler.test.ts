import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isStepFailure } from '../../../activities/shared/failures.js';
import { readShell, type ShellReading } from '../../../activities/stack/reader/read-shell.js';
import { missingRequired, renderTemplate, templateLists } from '../../../activities/stack/templates.js';
import { ENV, scratch, shellNamed, write } from '../activities/stack/fixture.js';

const ROOT = join(import.meta.dirname, '../../..');
const COMPONENT = join(ROOT, 'components/scheduler');
const ENTRY = join(ROOT, 'container/entry');

let root: string;
let remove: () => void;
const at = (path: string) => join(root, path);

/** A platform with the stack inside, a private checkout that env.local links into, and the checkout of this component. */
beforeEach(() => {
  const made = scratch();
  remove = made.remove;
  // The name of the scratch directory holds a blank, which no path of the container may.
  root = `${realpathSync(made.root).replace(/ /g, '-')}`;
  renameSync(made.root, root);
  for (const checkout of ['platform', 'private', 'birdkeeper', 'notebooks'])
    mkdirSync(at(`${checkout}/.git`), { recursive: true });
  mkdirSync(at('platform/birdhouse'));
  symlinkSync('../../private/env.local', at('platform/birdhouse/env.local'));
  cpSync(COMPONENT, at('birdkeeper/components/scheduler'), { recursive: true });
});
afterEach(() => {
  remove();
  rmSync(root, { recursive: true, force: true });
});

const ENABLED = () => `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${at('birdkeeper')}/components/scheduler"`;

interface How {
  shell?: string;
  env?: Record<string, string>;
  envFile?: string;
}

async function read(settings: readonly string[], { env = {}, envFile, ...how }: How = {}): Promise<ShellReading> {
  const directory = at('platform/birdhouse');
  write(root, { 'private/env.local': [...settings, ENABLED()].join('\n') });
  return readShell({
    directory,
    envFile: envFile ?? join(directory, 'env.local'),
    env: { ...ENV, ...env },
    signal: new AbortController().signal,
    wrap: (command) => command,
    locate: (path) => path,
    ...how,
  });
}

async function refusal(settings: readonly string[]): Promise<string> {
  const error = await read(settings).then(
    () => new Error('it was read'),
    (failure: unknown) => failure,
  );
  if (!isStepFailure(error, 'Configuration')) throw error;
  return error.message;
}

/** Values that templates see, below this test's directory. */
const computed = ({ exported }: ShellReading): Record<string, string> =>
  Object.fromEntries(Object.entries(exported).filter(([name]) => name.startsWith('BIRDKEEPER_SCHEDULER_')));

const mounts = (reading: ShellReading): string[] =>
  (parse(`[${reading.exported['BIRDKEEPER_SCHEDULER_MOUNTS']?.slice(2) ?? ''}]`) as string[]).map((mount) => {
    const [source, target, access] = mount.split(':');
    expect(target).toBe(source);
    return `${source?.replace(`${root}/`, '') ?? ''}:${access ?? ''}`;
  });

const USUAL = ['platform:rw', 'private:rw', 'birdkeeper:rw', '/var/lib/birdkeeper:rw', '/var/log/PAVICS:rw'];

/** Everything that can be set, most of it in more than one way. */
const FULL = () => [
  `AUTODEPLOY_EXTRA_REPOS='../../private ${at('notebooks')}/ ${at('by-link')}/sub'`,
  `BIRDHOUSE_AUTODEPLOY_EXTRA_REPOS='${at('not-cloned-yet')}/repo'`,
  `EXTRA_CONF_DIRS='./components/own ../../private/parts ${at('parts')}/one'`,
  `AUTODEPLOY_DEPLOY_KEY_ROOT_DIR='${at('keys')}/'`,
  `BIRDHOUSE_LOG_DIR='\${DATA_ROOT}/log' DATA_ROOT='\${BASE}/data' BASE='${root}'`,
  `BIRDKEEPER_STATE_DIR='${at('state')}' BIRDKEEPER_DOCKER_CONFIG_DIR='${at('docker')}'`,
  `BIRDKEEPER_KNOWN_HOSTS='${at('keys')}/known_hosts' BIRDKEEPER_ALLOWED_SIGNERS='${at('private')}/signers'`,
  `BIRDKEEPER_BACKUP_PASSWORD_FILE='${at('secrets')}/restic' BIRDKEEPER_NOTEBOOK_DIR='${at('hub')}/tutorials'`,
  "TEMPORAL_TLS_CLIENT_CERT_PATH=/etc/ssl/temporal.pem BIRDKEEPER_BACKUP_PATHS='volume:x /srv/birds'",
  `BIRDKEEPER_EXTRA_MOUNTS='/srv/a:ro /srv/b:rw /srv/b/c /srv/b/d:ro /srv/a'`,
  "TEMPORAL_ADDRESS=temporal.example.org:7233 http_proxy='http://proxy.example.org:3128'",
];

/** What jobs work on, each in a place of its own. */
const JOBS = () => [
  `BIRDKEEPER_NOTEBOOK_DIR='${at('hub')}/tutorials' BIRDKEEPER_NOTEBOOK_LIST='${at('lists')}/notebooks.yml'`,
  `BIRDKEEPER_LOGROTATE_FILE=/etc/logrotate.conf BIRDKEEPER_NGINX_LOGS='${at('nginx')}'`,
  "BIRDKEEPER_BACKUP_PATHS='volume:x ./config ../../srv' BIRDKEEPER_BACKUP_FREQUENCY='@daily'",
  `BIRDHOUSE_BACKUP_RESTIC_ENV_FILE='\${SECRETS}/restic.env' SECRETS='${at('secrets')}'`,
];

/** As Docker reads it: no shell, values to the end of the line, and one that Windows wrote. */
const RESTIC_ENV = () =>
  [
    '# RESTIC_REPOSITORY=/commented/out',
    `RESTIC_REPOSITORY=${at('near')}/restic\r`,
    `  RESTIC_CACHE_DIR=${at('cache')}`,
    `RESTIC_REPOSITORY_FILE=${at('where')}/repository`,
    `RESTIC_PASSWORD_FILE=${at('passwords')}/restic`,
    `RESTIC_CACERT=${at('tls')}/ca.pem`,
    "RESTIC_PASSWORD=$(touch /tmp/never) it's /not/a/path",
    'RESTIC_TLS_CLIENT_CERT=relative',
    'AWS_SHARED_CREDENTIALS_FILE',
    `GOOGLE_APPLICATION_CREDENTIALS=${at('secrets')}/google.json`,
  ].join('\n');

const VOLUMES = '/var/lib/docker/volumes:rw,rslave';

function makeLinked(): void {
  mkdirSync(at('elsewhere/repo/.git'), { recursive: true });
  mkdirSync(at('elsewhere/repo/sub'));
  symlinkSync(at('elsewhere/repo'), at('by-link'));
}

for (const kind of ['dash', 'busybox', 'bash'] as const) {
  describe(`components/scheduler with ${kind}`, () => {
    it('mounts what the stack is made of, each once, read-only where nothing is written', async () => {
      makeLinked();
      const reading = await read(FULL(), { shell: shellNamed(kind, root) });
      expect(reading.warnings.filter((text) => !text.includes('does not exist'))).toEqual([]);
      expect(mounts(reading)).toEqual([
        ...['platform:rw', 'private:rw', 'notebooks:rw', 'elsewhere/repo:rw', 'not-cloned-yet/repo:rw', 'parts/one:rw'],
        ...['birdkeeper:rw', 'state:rw', 'data/log:rw', 'keys:ro', 'docker:ro'],
        ...['/etc/ssl/temporal.pem:ro', 'hub:rw', 'secrets:ro', '/srv/birds:rw', '/srv/a:rw', '/srv/b:rw'],
      ]);
      expect(reading.exported['BIRDKEEPER_SCHEDULER_LINKS']).toBe(
        `${at('by-link/sub')}=${at('elsewhere/repo/sub')} /root/.docker/config.json=${at('docker/config.json')}`,
      );
    });

    it('mounts what jobs open, and what a restic.env names', async () => {
      write(root, { 'secrets/restic.env': RESTIC_ENV(), 'where/repository': `local:${at('far')}/restic\n` });
      const reading = await read(JOBS(), { shell: shellNamed(kind, root) });
      expect(reading.warnings.filter((text) => !text.includes('does not exist'))).toEqual([]);
      expect(mounts(reading).slice(USUAL.length)).toEqual([
        ...['hub:rw', 'lists:ro', '/etc/logrotate.conf:ro', 'nginx:rw', 'srv:rw', 'secrets:ro', 'near/restic:rw'],
        ...['cache:rw', 'where:ro', 'far/restic:rw', 'passwords:ro', 'tls:ro', '/var/lib/docker/volumes:rw,rslave'],
      ]);
    });
  });
}

describe('components/scheduler', () => {
  it('needs one line, and keeps the defaults', async () => {
    const reading = await read([]);
    expect(mounts(reading)).toEqual(USUAL);
    expect(missingRequired(reading.all)).toEqual([]);
    expect(computed(reading)).toMatchObject({
      BIRDKEEPER_SCHEDULER_BUILD: `build: { context: "${at('birdkeeper')}" }`,
      BIRDKEEPER_SCHEDULER_IMAGE: 'birdkeeper/scheduler:local',
      BIRDKEEPER_SCHEDULER_STACKS: `"--stack", "${at('platform/birdhouse')}"`,
      BIRDKEEPER_SCHEDULER_LINKS: '',
    });
  });

  it('renders to a service that takes the place of the scheduler', async () => {
    const { all, exported } = await read([
      'BIRDKEEPER_IMAGE=example.org/birdkeeper:1 BIRDKEEPER_CONTAINER_NAME=keeper',
    ]);
    const template = readFileSync(join(COMPONENT, 'docker-compose-extra.yml.template'));
    const { services } = parse(renderTemplate(template, templateLists(all), exported).toString()) as {
      services: Record<string, Record<string, unknown>>;
    };
    expect(services['scheduler']).toMatchObject({
      image: 'example.org/birdkeeper:1',
      container_name: 'keeper',
      entrypoint: ['/usr/local/lib/birdkeeper/container/entry', 'birdkeeper'],
      command: ['up', '--stack', at('platform/birdhouse')],
    });
    expect(services['scheduler']).not.toHaveProperty('build');
    expect(services['scheduler']?.['volumes']).toContain(`${at('private')}:${at('private')}:rw`);
  });

  it('reads the same in the container, which sees only what is mounted and has variables of its own', async () => {
    makeLinked();
    write(root, { 'keys/known_hosts': '', 'docker/config.json': '', 'parts/one/x': '' });
    const onHost = computed(await read(FULL()));
    for (const hidden of ['by-link', 'keys', 'docker', 'parts']) rmSync(at(hidden), { recursive: true });
    const BIRDKEEPER_LINKS = onHost['BIRDKEEPER_SCHEDULER_LINKS'] ?? '';
    execFileSync('/bin/sh', [ENTRY, 'true'], { env: { ...ENV, BIRDKEEPER_LINKS } });
    const env = { HOME: '/root', http_proxy: 'http://former.example.org', DOCKER_BUILDKIT: '0', DOCKER_CONFIG: '/x' };
    expect(computed(await read(FULL(), { env }))).toEqual(onHost);
  });

  it('reads the same for a staged checkout, whose .git holds nothing, and wherever env.local is named', async () => {
    write(root, { 'platform/.git/HEAD': 'ref: refs/heads/main\n' });
    const live = computed(await read([]));
    rmSync(at('platform/.git/HEAD'));
    expect(computed(await read([], { envFile: at('private/env.local') }))).toEqual(live);
  });

  it('tells the worker of an env.local that lies elsewhere, and mounts the way there', async () => {
    mkdirSync(at('conf'));
    symlinkSync(at('private/env.local'), at('conf/prod.env'));
    rmSync(at('platform/birdhouse/env.local'));
    const reading = await read([], { envFile: at('conf/prod.env') });
    expect(mounts(reading)).toEqual(['platform:rw', 'conf:rw', ...USUAL.slice(1)]);
    expect(reading.exported['BIRDKEEPER_SCHEDULER_STACKS']).toContain(`"--env-file", "${at('private/env.local')}"`);
  });

  it('is not put off by defaults that other components lay over env.local', async () => {
    write(root, {
      'platform/birdhouse/one/default.env':
        'export AUTODEPLOY_DEPLOY_KEY_ROOT_DIR="$HOME/.ssh" PAVICS_LOG_DIR=/wrong AUTODEPLOY_EXTRA_REPOS=/wrong',
    });
    const settings = ['EXTRA_CONF_DIRS=one', 'PAVICS_LOG_DIR=/srv/log; AUTODEPLOY_EXTRA_REPOS='];
    const own = await read([...settings, 'AUTODEPLOY_DEPLOY_KEY_ROOT_DIR=/srv/keys']);
    expect(mounts(own).slice(-2)).toEqual(['/srv/log:rw', '/srv/keys:ro']);
    expect(own.warnings).toEqual([]);
    const none = await read(settings, { env: { HOME: '/home/ops' } });
    expect(mounts(none).at(-1)).toBe('/srv/log:rw');
    expect(none.warnings).toEqual([expect.stringContaining('Set it in env.local to an absolute path')]);
  });

  it('reads as an upstream script does it: twice, dependencies in a subshell, and env.local again', async () => {
    const script = [
      'cd "$COMPOSE_DIR" && . ./env.local && each=${EXTRA_CONF_DIRS##* }',
      'words="$(. "$each/default.env" && echo "dependencies: $COMPONENT_DEPENDENCIES")"',
      '. "$each/default.env" && . ./env.local && echo "$words" && env',
    ].join('\n');
    const ours = computed(await read(FULL()));
    mkdirSync(at('platform/birdhouse/components/scheduler'), { recursive: true });
    mkdirSync(at('platform/birdhouse/optional-components/proxy-log-volume'), { recursive: true });
    const env = { ...ENV, COMPOSE_DIR: at('platform/birdhouse'), HOME: '/home/ops', https_proxy: 'http://other' };
    const theirs = execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' }).split('\n');
    expect(theirs.filter((line) => line.startsWith('BIRDKEEPER_SCHEDULER_')).sort()).toEqual(
      Object.entries(ours)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
    expect(theirs).toContain('dependencies: ./components/scheduler');
  });

  it('serves further stacks, whose checkouts are mounted', async () => {
    mkdirSync(at('second/.git'), { recursive: true });
    mkdirSync(at('second/stack'));
    symlinkSync(at('notebooks/env.local'), at('second/stack/env.local'));
    const reading = await read([`BIRDKEEPER_OTHER_STACKS=${at('second/stack')}`]);
    expect(mounts(reading)).toEqual([...USUAL.slice(0, 3), 'second:rw', 'notebooks:rw', ...USUAL.slice(3)]);
    expect(reading.exported['BIRDKEEPER_SCHEDULER_STACKS']).toContain(`, "--stack", "${at('second/stack')}"`);
  });

  it.each<[string, string[], string[]]>([
    ['nothing without backups', ["BIRDKEEPER_BACKUP_FREQUENCY='' BIRDKEEPER_BACKUP_BEFORE=never"], []],
    ['volumes for a schedule', ["BIRDKEEPER_BACKUP_FREQUENCY='@daily'"], [VOLUMES]],
    ['volumes for that of birdhouse-deploy', ["SCHEDULER_JOB_BACKUP_FREQUENCY='1 1 * * *'"], [VOLUMES]],
    ['volumes before deployments', ['BIRDKEEPER_BACKUP_BEFORE=risky'], [VOLUMES]],
    ['volumes for a repository', ['BIRDKEEPER_BACKUP_REPOSITORY=/mnt/restic'], ['/mnt/restic:rw', VOLUMES]],
    ['volumes for a repository elsewhere', ['BIRDKEEPER_BACKUP_REPOSITORY=sftp:host:/birds'], [VOLUMES]],
    ['volumes for logs in one', ['BIRDKEEPER_NGINX_LOGS=volume:proxy-logs'], [VOLUMES]],
    [
      'volumes where the engine keeps them, with what lies in there',
      [
        'BIRDKEEPER_DOCKER_ROOT_DIR=/srv/docker/ BIRDKEEPER_BACKUP_REPOSITORY=s3:x',
        'BIRDKEEPER_NGINX_LOGS=/srv/docker/volumes/proxy-logs/_data',
      ],
      ['/srv/docker/volumes:rw,rslave'],
    ],
    [
      'data of birdhouse-deploy with backups, once',
      [
        "BIRDHOUSE_DATA_PERSIST_ROOT=/data BIRDHOUSE_DATA_PERSIST_SHARED_ROOT='${BIRDHOUSE_DATA_PERSIST_ROOT}'",
        "JUPYTERHUB_USER_DATA_DIR='${BIRDHOUSE_DATA_PERSIST_ROOT}/jupyter' THANOS_MINIO_DATA_STORE=/big/thanos/",
        "BIRDKEEPER_BACKUP_FREQUENCY='@daily'",
      ],
      [VOLUMES, '/data:rw', '/big/thanos:rw'],
    ],
    ['data of birdhouse-deploy without backups not', ['DATA_PERSIST_ROOT=/data'], []],
    ['keys of ssh of root, where an operator says so', ['BIRDKEEPER_EXTRA_MOUNTS=/root/.ssh:ro'], ['/root/.ssh:ro']],
    ['data where data jobs run here', ['DATA_PERSIST_ROOT=/data BIRDKEEPER_DATA_JOBS=built-in'], ['/data:rw']],
  ])('mounts for jobs: %s', async (_what, settings, expected) => {
    expect(mounts(await read(settings)).slice(USUAL.length)).toEqual(expected);
  });

  it('takes the job for backups of birdhouse-deploy for a schedule wherever it is listed, and /data for its data', async () => {
    const backups = 'platform/birdhouse/optional-components/scheduler-job-backup';
    write(root, { [`${backups}/default.env`]: "export SCHEDULER_JOB_BACKUP_FREQUENCY='1 1 * * *'" });
    write(root, { 'platform/birdhouse/pavics-compose.sh': '' });
    const listed = `EXTRA_CONF_DIRS="${at('birdkeeper')}/components/scheduler ./optional-components/scheduler-job-backup"`;
    const env = { ...ENV, COMPOSE_DIR: at('platform/birdhouse') };
    write(root, { 'private/env.local': listed });
    const script = `cd "$COMPOSE_DIR"; . ./env.local; . ${at('birdkeeper')}/components/scheduler/default.env; echo "$BIRDKEEPER_SCHEDULER_MOUNTS"`;
    const said = execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' });
    expect(said).toContain('"/var/lib/docker/volumes:/var/lib/docker/volumes:rw,rslave", "/data:/data:rw"');
  });

  it('reads the same in the container, whose restic.env is one of its mounts', async () => {
    write(root, { 'secrets/restic.env': RESTIC_ENV(), 'where/repository': at('far/restic') });
    const onHost = computed(await read(JOBS()));
    expect(onHost['BIRDKEEPER_SCHEDULER_MOUNTS']).toContain(`"${at('where')}:${at('where')}:ro"`);
    const env = { HOME: '/root', RESTIC_REPOSITORY: '/y' };
    expect(computed(await read(JOBS(), { env }))).toEqual(onHost);
    rmSync(at('secrets/restic.env'));
    const without = mounts(await read(JOBS()));
    expect(without).toContain('secrets:ro');
    expect(without).not.toContain('near/restic:rw');
  });

  it('names every setting that cannot be, and what to do', async () => {
    const message = await refusal([
      'BIRDKEEPER_STATE_DIR=../state PAVICS_LOG_DIR="/var/log/my birds" AUTODEPLOY_DEPLOY_KEY_ROOT_DIR="$HOME/.ssh"',
      'AUTODEPLOY_EXTRA_REPOS="/srv/a:b ~/repo /etc" BIRDKEEPER_KNOWN_HOSTS=\'/srv/"x"/hosts\'',
      'BIRDKEEPER_DOCKER_CONFIG_DIR=\'/srv/$(echo "a b")\' BIRDKEEPER_EXTRA_MOUNTS="relative /usr/local/lib/birdkeeper"',
      'BIRDKEEPER_IMAGE="a b" BIRDKEEPER_CONTAINER_NAME="a/b"',
      'BIRDKEEPER_NGINX_LOGS=volume:x BIRDKEEPER_DOCKER_ROOT_DIR=docker BIRDKEEPER_NOTEBOOK_LIST=list.yml',
    ]);
    for (const sentence of [
      'BIRDKEEPER_STATE_DIR must be an absolute path (it is: ../state).',
      "PAVICS_LOG_DIR: a path of the scheduler's container holds no blanks",
      'AUTODEPLOY_DEPLOY_KEY_ROOT_DIR depends on HOME, which is another one in the container: write the whole path',
      '(/srv/a:b).',
      'AUTODEPLOY_EXTRA_REPOS: /etc of the host cannot be mounted: the container needs its own.',
      'BIRDKEEPER_KNOWN_HOSTS: a path',
      'BIRDKEEPER_DOCKER_CONFIG_DIR: a path',
      'BIRDKEEPER_EXTRA_MOUNTS holds absolute paths, each with :ro where it is only read (relative).',
      'BIRDKEEPER_EXTRA_MOUNTS: /usr/local/lib/birdkeeper of the host cannot be mounted',
      'BIRDKEEPER_IMAGE is the name of an image',
      'BIRDKEEPER_CONTAINER_NAME is made of',
      'BIRDKEEPER_DOCKER_ROOT_DIR must be an absolute path (it is: docker/volumes).',
      'BIRDKEEPER_NOTEBOOK_LIST must be an absolute path (it is: list.yml).',
    ])
      expect(message).toContain(sentence);
  });

  it('refuses the scheduler of the platform behind it, and an env.local that another HOME ends', async () => {
    mkdirSync(at('platform/birdhouse/components/scheduler'), { recursive: true });
    expect(
      await refusal([`EXTRA_CONF_DIRS="${at('birdkeeper/components/scheduler')} ./components/scheduler"`]),
    ).toContain(
      "lists the platform's own scheduler (./components/scheduler) behind birdkeeper's: take it off the list",
    );
    expect(await refusal(['[ -d "$HOME" ] || exit 3'])).toContain('write whole paths in env.local');
  });

  it('leaves a name of VARS without a value when it refuses, so that upstream renders nothing and reads on', async () => {
    write(root, { 'private/env.local': `export BIRDKEEPER_STATE_DIR=state\n${ENABLED()}` });
    const script = `cd "$COMPOSE_DIR"; . ./env.local; . ${at('birdkeeper')}/components/scheduler/default.env; echo "$VARS=$BIRDKEEPER_SCHEDULER_MOUNTS"`;
    const env = { ...ENV, COMPOSE_DIR: at('platform/birdhouse') };
    const said = execFileSync('/bin/sh', ['-c', `(${script}) 2>&1`], { env, encoding: 'utf8' });
    expect(said).toMatch(/^birdkeeper refuses: BIRDKEEPER_STATE_DIR must [^]*\$BIRDKEEPER_SCHEDULER_MOUNTS\s*=\s*$/);
  });

  it('is not put off by what env.local does to the shell', async () => {
    const hostile = [
      'trap "echo bye" EXIT; set -- a b; IFS=:; cd /; stack=x mounts=x links=x refused=x is=x; set -efuC',
      'echo noise; export http_proxy="it\'s"',
    ];
    const reading = await read([`EXTRA_CONF_DIRS=''; ${hostile.join('\n')}`]);
    expect(mounts(reading)).toEqual(USUAL);
    expect(reading.exported['BIRDKEEPER_SCHEDULER_HTTP_PROXY']).toBe("it's");
  });
});
