import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planBackup } from '../../../activities/backup/plan.js';
import { BackupSchema, declarationOf } from '../../../activities/backup/schema.js';
import { parseManifest } from '../../../activities/components/manifest.js';
import { ComponentStack, type ComposeProject } from '../../support/component-stack/index.js';
import { ALONE, MIDDLE, PLATFORMS, SEED, TODAY, type Platform } from '../../support/component-stack/platforms.js';

let stack: ComponentStack;
beforeEach(() => {
  stack = new ComponentStack('cowbird');
});
afterEach(() => stack.remove());

const OWN = ['cowbird', 'cowbird-worker', 'cowbird-mongodb'];
const PASSWORD = 'tawny-owl-31-perch';

/** Where each service has what of the component. */
const mountsIn = ({ services }: ComposeProject, ...names: string[]): Record<string, string[]> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      (services[name]?.volumes ?? []).map(
        ({ source, target, read_only }) => `${source.replace(stack.component, '.')} ${target}${read_only ? '' : ' rw'}`,
      ),
    ]),
  );

/** A platform with further components, which are listed. */
function withComponents(platform: Platform, place: string, files: Record<string, string>): Platform {
  const names = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
  const list = platform === TODAY ? 'BIRDHOUSE_DEFAULT_CONF_DIRS' : 'DEFAULT_CONF_DIRS';
  const defaults = `${platform.files['default.env']}export ${list}="$${list} ${names.map((name) => `${place}/${name}`).join(' ')}"\n`;
  const added = Object.fromEntries(Object.entries(files).map(([path, text]) => [`${place}/${path}`, text]));
  return { ...platform, files: { ...platform.files, ...added, 'default.env': defaults } };
}

const JUPYTERHUB = {
  'jupyterhub/docker-compose-extra.yml': 'services:\n  jupyterhub:\n    image: birds/jupyterhub:1\n',
  'jupyterhub/default.env': "export JUPYTERHUB_README=''\nexport JUPYTERHUB_USER_DATA_DIR=/data/jupyterhub_user_data\n",
};
const SHARED_DATABASE = {
  'mongodb/docker-compose-extra.yml':
    'services:\n  mongodb:\n    image: mongo:3.4.0\n    networks: [mongodb]\nnetworks:\n  mongodb: {}\n',
};

const MAGPIE = ['providers', 'permissions', 'webhooks'].map(
  (section) => `./config/magpie/cowbird.yml /opt/local/src/magpie/config/${section}/cowbird.yml`,
);
const ROUTES = './config/proxy/twitcher /etc/nginx/conf.extra-service.d/cowbird';
const DESCRIPTION = './service-config.json /static-services/cowbird.json';
const MONITORING = './config/canarie-api/canarie_api_monitoring.py /conf.d/0_cowbird_config.py';

describe('components/cowbird', () => {
  it.each(PLATFORMS)('reads and renders, %s', async (_, platform) => {
    stack.write(platform);
    expect((await stack.config('validate')).out).toContain('0 errors');
    const templates = readdirSync(stack.component, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.template'),
    );
    expect(templates.length).toBeGreaterThan(7);
    for (const path of templates.filter((each) => !/docker-compose|config\.yml/.test(each))) {
      const text = await stack.text(path.replace(/\.template$/, ''));
      // nginx has names of its own, in small letters.
      expect(text, path).not.toMatch(/\$\{?[A-Z]/);
    }
  });

  it.each(PLATFORMS)('what is rendered is clean for git and holds no password, %s', async (_, platform) => {
    stack.write(platform, { GEOSERVER_ADMIN_PASSWORD: 'barn-owl-12', GEOSERVER_ADMIN_USER: 'geo' });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
        cwd: stack.component,
        encoding: 'utf8',
      });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'as shipped');
    await stack.renderInPlace();
    expect(git('status', '--porcelain')).toBe('');
    const ignored = git('ls-files', '--others', '--ignored', '--exclude-standard').trim().split('\n');
    const templates = git('ls-files', '*.template').trim().split('\n');
    expect(ignored.sort()).toEqual(templates.map((path) => path.replace(/\.template$/, '')).sort());
    for (const path of ignored) {
      const text = readFileSync(join(stack.component, path), 'utf8');
      expect(text, path).not.toContain(PASSWORD);
      expect(text, path).not.toContain('barn-owl-12');
    }
  });

  it.each(PLATFORMS)('has the services, networks and mounts that Cowbird needs, %s', async (_, platform) => {
    stack.write(platform);
    const project = await stack.compose();
    const { services } = project;
    expect(Object.fromEntries(OWN.map((name) => [name, services[name]?.image]))).toEqual({
      cowbird: 'pavics/cowbird:2.7.1-webservice',
      'cowbird-worker': 'pavics/cowbird:2.7.1-worker',
      'cowbird-mongodb': 'mongo:5.0',
    });
    expect(Object.fromEntries(OWN.map((name) => [name, Object.keys(services[name]?.networks ?? {}).sort()]))).toEqual({
      cowbird: ['cowbird-mongodb', 'default'],
      'cowbird-worker': ['cowbird-mongodb', 'default'],
      'cowbird-mongodb': ['cowbird-mongodb'],
    });
    expect(Object.keys(services['cowbird']?.depends_on ?? {})).toEqual(['cowbird-mongodb']);
    expect(Object.keys(services['cowbird-worker']?.depends_on ?? {}).sort()).toEqual(['cowbird', 'cowbird-mongodb']);
    for (const name of OWN) {
      expect(services[name], name).toMatchObject({ container_name: name, restart: 'always', ports: [] });
    }
    const inside = '/opt/local/src/cowbird';
    const settings = [
      `./config/cowbird/config.yml ${inside}/config/cowbird.d/cowbird.yml`,
      `./config/cowbird/cowbird.ini ${inside}/config/cowbird.ini`,
      `./config/cowbird/celeryconfig.py ${inside}/config/celeryconfig.py`,
      `./config/cowbird/celeryconfig.py ${inside}/celeryconfig.py`,
    ];
    expect(mountsIn(project, ...OWN)).toEqual({
      cowbird: [...settings, '/data /data rw'],
      'cowbird-worker': [...settings, '/data/user_workspaces /data/user_workspaces rw'],
      'cowbird-mongodb': ['/data/mongodb_cowbird_persist /data/db rw'],
    });
  });

  it('its checks are commands that are in the images, in a form that an old engine takes', async () => {
    stack.write(TODAY);
    const { services } = await stack.compose();
    expect(services['cowbird']?.healthcheck?.test).toEqual(
      ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:7000/'], // BusyBox
    );
    expect(services['cowbird-worker']?.healthcheck).toBeUndefined();
    for (const name of OWN) expect(services[name]?.healthcheck ?? {}, name).not.toHaveProperty('start_interval');
    const [, , , script = ''] = services['cowbird-mongodb']?.healthcheck?.test ?? [];
    const shells = { mongosh: 'echo "mongosh $*"', mongo: 'echo "mongo $*"' };
    const ran = (names: (keyof typeof shells)[]) =>
      execFileSync(
        '/bin/sh',
        ['-c', `${names.map((name) => `${name}() { ${shells[name]}; }`).join('\n')}\n${script.replaceAll('$$', '$')}`],
        {
          encoding: 'utf8',
          env: { PATH: '/nowhere' },
        },
      ).trim();
    const asks = '--quiet --port 27017 --eval quit(db.adminCommand({ ping: 1 }).ok === 1 ? 0 : 1)';
    expect([ran(['mongo']), ran(['mongosh']), ran(['mongo', 'mongosh'])]).toEqual([
      `mongo ${asks}`,
      `mongosh ${asks}`,
      `mongosh ${asks}`,
    ]);
  });

  it.each(PLATFORMS)('gives both what the configuration asks their environment for, %s', async (_, platform) => {
    stack.write(platform);
    const { services } = await stack.compose();
    const left = new Set((await stack.text('config/cowbird/config.yml')).match(/(?<=\$\{)\w+(?=\})/g));
    expect(left.size).toBeGreaterThan(5);
    for (const name of ['cowbird', 'cowbird-worker']) {
      const environment = services[name]?.environment ?? {};
      expect(
        [...left].filter((each) => !(each in environment)),
        name,
      ).toEqual([]);
      expect(environment, name).toMatchObject({
        COWBIRD_CONFIG_PATH: '/opt/local/src/cowbird/config/cowbird.d',
        COWBIRD_INI_FILE_PATH: '/opt/local/src/cowbird/config/cowbird.ini',
        COWBIRD_SSL_VERIFY: 'true',
        COWBIRD_FILESYSTEM_USER_UID: '1000',
        COWBIRD_FILESYSTEM_USER_GID: '1000',
        COWBIRD_FILESYSTEM_ADMIN_UID: '0',
        COWBIRD_FILESYSTEM_ADMIN_GID: '0',
        WORKSPACE_DIR: '/data/user_workspaces',
        WPS_OUTPUTS_DIR: '/data/wps_outputs',
        COWBIRD_MAGPIE_ADMIN_PASSWORD: platform === ALONE ? '' : PASSWORD,
      });
    }
  });

  it.each([
    ['seed', SEED, { proxy: [ROUTES, MONITORING], jupyterhub: ['/data/user_workspaces /data/user_workspaces rw'] }],
    ['1.26', MIDDLE, { proxy: [MONITORING, ROUTES, DESCRIPTION] }],
    ['today', TODAY, { proxy: [ROUTES, DESCRIPTION], 'canarie-api': [MONITORING], 'canarie-api-cron': [MONITORING] }],
  ] satisfies [string, Platform, Record<string, string[]>][])(
    'gives proxy, Magpie and the node monitoring what is for them, %s',
    async (_, platform, others) => {
      stack.write(platform);
      const project = await stack.compose();
      const wanted: Record<string, string[]> = { magpie: MAGPIE, ...others };
      expect(mountsIn(project, ...Object.keys(wanted))).toEqual(wanted);
      // Without it Magpie reads no webhooks, wherever they are mounted.
      expect(project.services['magpie']?.environment['MAGPIE_WEBHOOKS_CONFIG_PATH']).toBe(
        '/opt/local/src/magpie/config/webhooks',
      );
    },
  );

  it.each([
    ['1.26', MIDDLE, './config'],
    ['today', TODAY, './components'],
  ])('shows workspaces in JupyterHub, %s', async (_, platform, place) => {
    stack.write(withComponents(platform, place, JUPYTERHUB));
    const project = await stack.compose();
    const data = '/data/jupyterhub_user_data /data/jupyterhub_user_data rw';
    const mounts = mountsIn(project, 'jupyterhub', 'cowbird', 'cowbird-worker');
    expect(mounts['jupyterhub']).toEqual(['/data/user_workspaces /data/user_workspaces rw']);
    expect(mounts['cowbird']).toContain(data);
    expect(mounts['cowbird-worker']).toContain(data);
    expect(project.services['jupyterhub']?.environment).toEqual({
      WORKSPACE_DIR: '/data/user_workspaces',
      PUBLIC_WORKSPACE_WPS_OUTPUTS_SUBDIR: 'public/wps_outputs',
    });
    expect(await stack.variables('JUPYTERHUB_README')).toEqual({
      JUPYTERHUB_README: join(stack.component, 'user_workspace_readme.ipynb'),
    });
    stack.write(withComponents(platform, place, JUPYTERHUB), { JUPYTERHUB_README: '/data/README.ipynb' });
    expect(await stack.variables('JUPYTERHUB_README')).toEqual({ JUPYTERHUB_README: '/data/README.ipynb' });
  });

  it.each([
    [
      'seed',
      {
        ...SEED,
        files: {
          ...SEED.files,
          'docker-compose.yml': `${SEED.files['docker-compose.yml']}    networks: [mongodb]\nnetworks:\n  mongodb: {}\n`,
        },
      },
    ],
    // Nothing but Cowbird asks for it.
    ['1.26', { ...MIDDLE, files: { ...MIDDLE.files, ...prefixed('./config', SHARED_DATABASE) } }],
  ] satisfies [string, Platform][])('Cowbird 1 may share the MongoDB of the platform, %s', async (_, platform) => {
    stack.write(platform, { COWBIRD_VERSION: '1.0.0', COWBIRD_MONGODB_SERVICE: 'mongodb' });
    expect((await stack.config('validate')).out).toContain('0 errors');
    const { services } = await stack.compose();
    expect(services).not.toHaveProperty('cowbird-mongodb');
    expect(services['cowbird']).toMatchObject({
      image: 'pavics/cowbird:1.0.0-webservice',
      depends_on: { mongodb: {} },
      environment: { GEOSERVER_ADMIN_USER: '' },
    });
    for (const name of ['cowbird', 'cowbird-worker']) {
      expect(Object.keys(services[name]?.networks ?? {}).sort(), name).toEqual(['default', 'mongodb']);
    }
    expect(await stack.text('config/cowbird/celeryconfig.py')).toContain('"mongodb://mongodb:27017/cowbird-jobs"');
  });

  it.each([
    ['of its own', 'cowbird-mongodb', {}],
    ['of the platform', 'mongodb', { COWBIRD_VERSION: '1.0.0', COWBIRD_MONGODB_SERVICE: 'mongodb' }],
  ])('is verified after a deployment, and a backup has workspaces and a database %s', async (_, container, values) => {
    stack.write(MIDDLE, values);
    const path = join(stack.component, 'component.yml');
    const { manifest } = parseManifest(readFileSync(path), path);
    expect(manifest?.followUp).toEqual([{ name: 'verifyCowbird', policy: 'warn' }]);
    const variables = await stack.variables('COWBIRD_MONGODB_SERVICE', 'COWBIRD_WORKSPACE_DIR');
    const declarations = [declarationOf('cowbird', BackupSchema.parse(manifest?.backup))];
    const { parts } = planBackup({ declarations, selection: { application: '*', user: '*' }, variables });
    expect(parts?.map(({ data, part }) => ({ data, ...part }))).toMatchObject([
      { data: 'application', kind: 'dump', container },
      { data: 'user', kind: 'path', path: '/data/user_workspaces' },
    ]);
  });

  it('is a whole without the platform', async () => {
    stack.write(ALONE);
    const { services } = await stack.compose();
    expect(Object.keys(services).sort()).toEqual([...OWN, 'finch', 'raven'].sort());
    expect((await stack.config('components')).out.trim()).toBe(stack.component);
    expect(await stack.variables('COWBIRD_PROXY', 'COWBIRD_HANDLERS', 'COWBIRD_PUBLIC_URL', 'COWBIRD_URL')).toEqual({
      COWBIRD_PROXY: 'none',
      COWBIRD_HANDLERS: 'FileSystem',
      COWBIRD_PUBLIC_URL: 'http://cowbird:7000/cowbird',
      COWBIRD_URL: '',
    });
  });

  it.each([
    ['1.26', MIDDLE, './config'],
    ['today', TODAY, './components'],
  ])('has what it needs of the platform loaded before it, %s', async (_, platform, place) => {
    const defaults = (platform.files['default.env'] ?? '').replaceAll(/^ {2}\.\/\w+\/magpie\n/gm, '');
    stack.write({ ...platform, files: { ...platform.files, 'default.env': defaults } });
    const listed = (await stack.config('components')).out.trim().split('\n');
    const needed = ['wps_outputs-volume', 'magpie'].map((name) => `${place}/${name}`);
    expect(listed.slice(0, listed.indexOf(stack.component))).toEqual(expect.arrayContaining(needed));
  });

  it('goes by the names of the platform', async () => {
    const names = ['COWBIRD_PUBLIC_URL', 'COWBIRD_PROXY', 'COWBIRD_HANDLERS', 'COWBIRD_SHARED_ROOT', 'MAGPIE_URL'];
    const seen: Record<string, Record<string, string>> = {};
    for (const [name, platform] of PLATFORMS.slice(0, 3)) {
      stack.write(platform);
      seen[name] = await stack.variables(...names);
    }
    const same = { COWBIRD_PROXY: 'twitcher', COWBIRD_SHARED_ROOT: '/data', MAGPIE_URL: 'unset' };
    expect(seen).toEqual({
      seed: {
        ...same,
        COWBIRD_PUBLIC_URL: 'https://public.old.example.org/cowbird',
        COWBIRD_HANDLERS: 'FileSystem Magpie Geoserver Catalog Thredds Nginx',
        // No component tells birdkeeper that there is Magpie.
        MAGPIE_URL: 'https://public.old.example.org/magpie',
      },
      '1.26': {
        ...same,
        COWBIRD_PUBLIC_URL: 'https://middle.example.org/cowbird',
        COWBIRD_HANDLERS: 'FileSystem Magpie Nginx',
      },
      today: {
        ...same,
        COWBIRD_PUBLIC_URL: 'https://public.new.example.org/cowbird',
        COWBIRD_HANDLERS: 'FileSystem Magpie Nginx',
      },
    });
  });

  it('an operator has the last word about directories, also where others are made of them', async () => {
    stack.write(TODAY, {
      BIRDHOUSE_DATA_PERSIST_ROOT: '/srv/data',
      BIRDHOUSE_DATA_PERSIST_SHARED_ROOT: '/srv/shared',
      USER_WORKSPACES: 'people',
      USER_WORKSPACE_UID: '1005',
    });
    const project = await stack.compose();
    expect(mountsIn(project, 'cowbird')['cowbird']).toContain('/srv/shared /srv/shared rw');
    expect(mountsIn(project, 'cowbird-mongodb')).toEqual({
      'cowbird-mongodb': ['/srv/data/mongodb_cowbird_persist /data/db rw'],
    });
    expect(project.services['cowbird']?.environment).toMatchObject({
      WORKSPACE_DIR: '/srv/shared/people',
      WPS_OUTPUTS_DIR: '/srv/shared/wps_outputs',
      COWBIRD_FILESYSTEM_USER_UID: '1005',
    });
  });

  it.each([
    ['COWBIRD_MONGODB_VERSION', '3.4.0', ''],
    ['COWBIRD_MONGODB_SERVICE', 'mongodb', '3\\.4'],
    ['COWBIRD_MONGODB_SERVICE', '', ''],
    ['COWBIRD_MONGODB_PORT', 'x', ''],
    ['COWBIRD_LOG_LEVEL', 'loud', ''],
    ['COWBIRD_SSL_VERIFY', 'no', ''],
    ['COWBIRD_HANDLERS', 'FileSystem Magpi', 'Geoserver'],
    ['COWBIRD_PROXY', 'auth_request', ''],
    ['COWBIRD_WPS_OUTPUTS_DIR', '/results', 'COWBIRD_SHARED_ROOT'],
    ['USER_WORKSPACES', '/data/people', ''],
    ['COWBIRD_MAGPIE_URL', 'magpie:2001', ''],
    ['COWBIRD_URL', 'cowbird', ''],
    ['MAGPIE_ADMIN_PASSWORD', '', ''],
  ])('refuses %s=%j by its name', async (name, value, word) => {
    stack.write(TODAY, { [name]: value });
    const { out, status } = await stack.config('validate');
    expect(status).toBe(2);
    expect(out).toMatch(new RegExp(`^error: .*${name}.*${word}`, 'm'));
  });

  it.each([
    ['COWBIRD_VERSION', '1.0.0', { COWBIRD_MONGODB_VERSION: '3.4.0' }],
    ['MAGPIE_ADMIN_PASSWORD', '', { COWBIRD_HANDLERS: 'FileSystem' }],
  ])('takes %s=%j where it does no harm', async (name, value, others) => {
    stack.write(name === 'MAGPIE_ADMIN_PASSWORD' ? ALONE : TODAY, { [name]: value, ...others });
    expect((await stack.config('validate')).out).toContain('0 errors');
  });
});

function prefixed(place: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${place}/${path}`, text]));
}
