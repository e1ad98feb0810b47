import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifests } from '../../../activities/components/read.js';
import { ComponentStack } from '../../support/component-stack/index.js';
import { ALONE, MIDDLE, PLATFORMS, SEED, TODAY, type Platform } from '../../support/component-stack/platforms.js';

let stack: ComponentStack;
beforeEach(() => {
  stack = new ComponentStack('weaver');
});
afterEach(() => stack.remove());

/** Where each service has what of the component. */
const mountsOf = async (...names: string[]): Promise<Record<string, string[]>> => {
  const { services } = await stack.compose();
  return Object.fromEntries(
    names.map((name) => [
      name,
      (services[name]?.volumes ?? []).map(
        ({ source, target, read_only }) => `${source.replace(stack.component, '.')} ${target}${read_only ? '' : ' rw'}`,
      ),
    ]),
  );
};

const MAGPIE = [
  './config/magpie/config.yml /opt/local/src/magpie/config/providers/weaver-providers.yml',
  './config/magpie/config.yml /opt/local/src/magpie/config/permissions/weaver-permissions.yml',
];
const TWITCHER = [
  './config/magpie/config.yml /opt/birdhouse/src/magpie/config/weaver-config.yml',
  './config/magpie/weaver_hooks.py /opt/birdhouse/src/magpie/hooks/weaver_hooks.py',
];
const ROUTES = './config/proxy/conf /etc/nginx/conf.extra-service.d/weaver';
const DESCRIPTION = './service-config.json /static-services/weaver.json';
const MONITORING = './config/canarie-api/canarie_api_monitoring.py /conf.d/0_weaver_config.py';

describe('components/weaver', () => {
  it.each(PLATFORMS)('reads and renders, %s', async (_, platform) => {
    stack.write(platform);
    expect((await stack.config('validate')).out).toContain('0 errors');
    const templates = readdirSync(stack.component, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.template'),
    );
    expect(templates.length).toBeGreaterThan(10);
    for (const path of templates.filter((each) => !each.includes('docker-compose'))) {
      const text = await stack.text(path.replace(/\.template$/, ''));
      expect(text, path).not.toMatch(/\$\{?(WEAVER|TWITCHER|MAGPIE|BIRDHOUSE|PAVICS)_/);
    }
  });

  it.each(PLATFORMS)('has the services, networks and mounts that Weaver needs, %s', async (_, platform) => {
    stack.write(platform);
    const { services, networks } = await stack.compose();
    const own = ['weaver', 'weaver-worker', 'weaver-mongodb', 'docker-proxy'];
    expect(Object.fromEntries(own.map((name) => [name, services[name]?.image]))).toEqual({
      weaver: 'pavics/weaver:6.8.3-manager',
      'weaver-worker': 'pavics/weaver:6.8.3-worker',
      'weaver-mongodb': 'mongo:5.0',
      'docker-proxy': 'tecnativa/docker-socket-proxy:0.1.1',
    });
    expect(Object.fromEntries(own.map((name) => [name, Object.keys(services[name]?.networks ?? {}).sort()]))).toEqual({
      weaver: ['default', 'weaver-mongodb'],
      'weaver-worker': ['docker-proxy', 'weaver-mongodb'],
      'weaver-mongodb': ['weaver-mongodb'],
      'docker-proxy': ['docker-proxy'],
    });
    expect(networks).toMatchObject({ 'docker-proxy': { driver: 'bridge' } });
    expect(Object.keys(services['weaver']?.depends_on ?? {})).toEqual(['weaver-mongodb']);
    expect(Object.keys(services['weaver-worker']?.depends_on ?? {}).sort()).toEqual([
      'docker-proxy',
      'weaver',
      'weaver-mongodb',
    ]);
    for (const name of own) {
      expect(services[name], name).toMatchObject({ container_name: name, restart: 'always', ports: [] });
      expect(services[name]?.healthcheck ?? {}, name).not.toHaveProperty('start_interval');
    }
    const settings = (file: string) => `./config/weaver/${file} /opt/local/src/weaver/config/${file}`;
    const common = [settings('weaver.ini'), settings('data_sources.yml'), settings('request_options.yml')];
    const [script, results] = ['./bin /opt/local/bin/weaver', '/data/wps_outputs/weaver /data/wps_outputs/weaver rw'];
    expect(await mountsOf(...own)).toEqual({
      weaver: [...common, settings('wps_processes.yml'), script, results],
      'weaver-worker': [...common, script, '/tmp/wps_workdir/weaver /tmp/wps_workdir/weaver rw', results],
      'weaver-mongodb': ['/data/mongodb_weaver_persist /data/db rw'],
      'docker-proxy': ['/var/run/docker.sock /var/run/docker.sock'],
    });
    expect(services['docker-proxy']?.environment).toEqual({
      ...{ INFO: '1', EXEC: '1', IMAGES: '1', VOLUMES: '1', CONTAINERS: '1', POST: '1' },
      ...{ SERVICES: '0', TASKS: '0', NETWORKS: '0', NODES: '0' },
    });
    expect(services['weaver-worker']?.environment).toEqual({ DOCKER_HOST: 'tcp://docker-proxy:2375' });
  });

  it.each([
    ['seed', SEED, { proxy: [ROUTES, MONITORING, '/data/wps_outputs/weaver /pavics-data/wps_outputs/weaver'] }],
    [
      '1.26',
      MIDDLE,
      { proxy: [MONITORING, ROUTES, DESCRIPTION, '/data/wps_outputs/weaver /pavics-data/wps_outputs/weaver'] },
    ],
    [
      'today',
      TODAY,
      {
        proxy: [ROUTES, DESCRIPTION, '/data/wps_outputs/weaver /data/wps_outputs/weaver'],
        'canarie-api': [MONITORING],
        'canarie-api-cron': [MONITORING],
      },
    ],
  ] satisfies [string, Platform, Record<string, string[]>][])(
    'gives proxy, Magpie, Twitcher and the node monitoring what is for them, %s',
    async (_, platform, others) => {
      stack.write(platform);
      const wanted: Record<string, string[]> = { magpie: MAGPIE, twitcher: TWITCHER, ...others };
      expect(await mountsOf(...Object.keys(wanted))).toEqual(wanted);
    },
  );

  it('is a whole without the platform', async () => {
    stack.write(ALONE);
    const { services } = await stack.compose();
    expect(Object.keys(services).sort()).toEqual(
      ['docker-proxy', 'finch', 'raven', 'weaver', 'weaver-mongodb', 'weaver-worker'].sort(),
    );
    expect((await stack.config('components')).out.trim()).toBe(stack.component);
    const rules = (await readManifests([stack.component], (path) => path))[0]?.manifest.onChange ?? [];
    expect(rules.flatMap((rule) => rule.services).filter((name) => services[name] === undefined)).toEqual([]);
    expect(await stack.variables('WEAVER_PROXY', 'WEAVER_ALIAS', 'WEAVER_PUBLIC_URL')).toEqual({
      WEAVER_PROXY: 'none',
      WEAVER_ALIAS: 'off',
      WEAVER_PUBLIC_URL: 'http://127.0.0.1:4001/weaver',
    });
    stack.write(ALONE, { WEAVER_URL: '' });
    expect(await stack.variables('WEAVER_PUBLIC_URL')).toEqual({ WEAVER_PUBLIC_URL: 'http://weaver:4001/weaver' });
  });

  it.each([
    ['1.26', MIDDLE, './config'],
    ['today', TODAY, './components'],
  ])('has what it needs of the platform loaded before it, %s', async (_, platform, place) => {
    const defaults = (platform.files['default.env'] ?? '').replaceAll(/^ {2}\.\/\w+\/(magpie|twitcher)\n/gm, '');
    stack.write({ ...platform, files: { ...platform.files, 'default.env': defaults } });
    const listed = (await stack.config('components')).out.trim().split('\n');
    const needed = ['wps_outputs-volume', 'magpie', 'twitcher'].map((name) => `${place}/${name}`);
    expect(listed.slice(0, listed.indexOf(stack.component))).toEqual(expect.arrayContaining(needed));
  });

  it('goes by the names of the platform', async () => {
    const names = [
      ...['WEAVER_PUBLIC_URL', 'WEAVER_PROXY', 'WEAVER_ALT_PREFIX', 'WEAVER_ALIAS', 'WEAVER_WPS_OUTPUTS_DIR'],
      ...['WEAVER_MONGODB_DATA_DIR', 'WEAVER_WPS_PROVIDERS', 'MAGPIE_URL'],
    ];
    const seen: Record<string, Record<string, string>> = {};
    for (const [name, platform] of [
      ['seed', SEED],
      ['1.26', MIDDLE],
      ['today', TODAY],
    ] as const) {
      stack.write(platform);
      seen[name] = await stack.variables(...names);
    }
    const older = { WEAVER_PROXY: 'twitcher', WEAVER_ALT_PREFIX: '', WEAVER_ALIAS: 'off' };
    const places = {
      MAGPIE_URL: 'unset',
      WEAVER_WPS_OUTPUTS_DIR: '/data/wps_outputs/weaver',
      WEAVER_MONGODB_DATA_DIR: '/data/mongodb_weaver_persist',
    };
    expect(seen).toEqual({
      seed: {
        ...{ ...older, ...places, WEAVER_PUBLIC_URL: 'https://public.old.example.org/weaver' },
        WEAVER_WPS_PROVIDERS: 'catalog finch flyingpigeon hummingbird malleefowl raven',
        // No component tells birdkeeper that there is Magpie.
        MAGPIE_URL: 'https://public.old.example.org/magpie',
      },
      '1.26': { ...older, ...places, WEAVER_PUBLIC_URL: 'https://middle.example.org/weaver', WEAVER_WPS_PROVIDERS: '' },
      today: {
        ...{ ...places, WEAVER_PUBLIC_URL: 'https://public.new.example.org/weaver' },
        ...{ WEAVER_PROXY: 'auth_request', WEAVER_ALT_PREFIX: '/ogcapi', WEAVER_ALIAS: 'on', WEAVER_WPS_PROVIDERS: '' },
      },
    });
  });

  it('keeps the birds that components of birds name', async () => {
    const finch = 'export WEAVER_WPS_PROVIDERS="\n  $WEAVER_WPS_PROVIDERS\n  finch\n"\n';
    const lists = `${TODAY.files['default.env']}export BIRDHOUSE_DEFAULT_CONF_DIRS="$BIRDHOUSE_DEFAULT_CONF_DIRS ./components/finch"\n`;
    stack.write({
      ...TODAY,
      files: { ...TODAY.files, 'default.env': lists, 'components/finch/default.env': finch },
    });
    expect((await stack.variables('WEAVER_WPS_PROVIDERS'))['WEAVER_WPS_PROVIDERS']?.trim()).toBe('finch');
  });

  it('follows the version of Weaver and MongoDB that an operator wants', async () => {
    stack.write(TODAY, { WEAVER_VERSION: '4.22.0', WEAVER_MONGODB_VERSION: '5.0.4' });
    expect(await stack.variables('WEAVER_SCRIPT_NAME', 'WEAVER_INTERNAL_URL')).toEqual({
      WEAVER_SCRIPT_NAME: '',
      WEAVER_INTERNAL_URL: 'http://weaver:4001',
    });
    const { services } = await stack.compose();
    expect(services['weaver']?.image).toBe('pavics/weaver:4.22.0-manager');
    expect(services['weaver-mongodb']?.image).toBe('mongo:5.0.4');
    expect(services['weaver']?.environment).toMatchObject({ SCRIPT_NAME: '', HOSTNAME: 'new.example.org' });
  });
});
