import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgeWebhooks, registeredWebhooks } from '../../../activities/cowbird/webhooks.js';
import { ComponentStack } from '../../support/component-stack/index.js';
import { ALONE, MIDDLE, PLATFORMS, SEED, TODAY } from '../../support/component-stack/platforms.js';
import { expandAll } from '../../support/cowbird/expand.js';
import { readMagpieFile, serviceOf, webhooksOf } from '../../support/cowbird/magpie-file.js';
import { SyncPermissions, syncFaults } from '../../support/cowbird/sync-grammar.js';
import { startCowbird } from '../../support/doubles/cowbird/index.js';
import { startMagpie } from '../../support/doubles/magpie/index.js';
import { tell } from '../../support/doubles/magpie/webhooks.js';
import { SOURCES } from '../../support/monitoring/sources.js';

let stack: ComponentStack;
beforeEach(() => {
  stack = new ComponentStack('cowbird');
});
afterEach(() => stack.remove());

const python = (code: string, ...args: string[]): string =>
  execFileSync('python3', ['-B', '-c', code, ...args], { encoding: 'utf8' });

const text = z.string().min(1);
/** Source: `validate_handlers_config_schema` of `cowbird/config.py`, which takes keys that it does not know. */
const Handler = z.looseObject({
  active: z.boolean(),
  priority: z.number().int().optional(),
  url: z.url().optional(),
  workspace_dir: text.optional(),
});
const Config = z.strictObject({
  handlers: z.strictObject({
    Magpie: Handler,
    Geoserver: Handler,
    Catalog: Handler,
    Thredds: Handler,
    Nginx: Handler,
    FileSystem: Handler,
  }),
  sync_permissions: SyncPermissions,
});

/** As the API of Cowbird has it when it has started. */
async function loaded(): Promise<z.output<typeof Config>> {
  const { services } = await stack.compose();
  // Compose shows $ as it would have to be written.
  const environment = Object.entries(services['cowbird']?.environment ?? {}).map(([name, value]) => [
    name,
    value.replaceAll('$$', () => '$'),
  ]);
  const config = await stack.yaml('config/cowbird/config.yml');
  return Config.parse(expandAll(config, Object.fromEntries(environment) as Record<string, string>));
}

const magpieFile = () => readMagpieFile(join(SOURCES, 'components/cowbird/config/magpie/cowbird.yml'));

describe('components/cowbird', () => {
  it.each(PLATFORMS)('config.yml is taken by Cowbird, with no name left in it, %s', async (_, platform) => {
    stack.write(platform, { GEOSERVER_ADMIN_USER: 'geo', GEOSERVER_ADMIN_PASSWORD: 'barn-owl' });
    const config = await loaded();
    expect(JSON.stringify(config)).not.toContain('${');
    expect(syncFaults(config.sync_permissions)).toEqual([]);
    expect(Object.keys(config.sync_permissions)).toEqual(['user_workspace', 'weaver_outputs']);
  });

  it('handlers have what each of them needs', async () => {
    stack.write(TODAY, {
      GEOSERVER_ADMIN_USER: 'geo',
      GEOSERVER_ADMIN_PASSWORD: 'ba: rn$owl "#',
      JUPYTERHUB_USER_DATA_DIR: '/data/notebooks',
      COWBIRD_HANDLERS: 'Catalog FileSystem Geoserver Magpie Nginx Thredds',
    });
    const workspace_dir = '/data/user_workspaces';
    expect((await loaded()).handlers).toEqual({
      Magpie: { active: true, url: 'http://magpie:2001', admin_user: 'admin', admin_password: 'tawny-owl-31-perch' },
      Geoserver: {
        ...{ active: true, url: 'http://geoserver:8080/geoserver', workspace_dir },
        // Whatever stands in a password, YAML and Cowbird leave it alone.
        ...{ admin_user: 'geo', admin_password: 'ba: rn$owl "#' },
      },
      Catalog: { active: true, url: 'https://public.new.example.org/twitcher/ows/proxy/catalog', workspace_dir },
      Thredds: { active: true },
      Nginx: { active: true },
      FileSystem: {
        ...{ active: true, priority: 1, workspace_dir },
        jupyterhub_user_data_dir: '/data/notebooks',
        wps_outputs_dir: '/data/wps_outputs',
        secure_data_proxy_name: 'secure-data-proxy',
        wps_outputs_res_name: 'wpsoutputs',
        public_workspace_wps_outputs_subpath: 'public/wps_outputs',
        public_workspace_wps_outputs_subdir: 'public/wps_outputs',
      },
    });
  });

  it('settings of the platform arrive in it', async () => {
    stack.write(TODAY, {
      PUBLIC_WORKSPACE_WPS_OUTPUTS_SUBDIR: 'everybody',
      SECURE_DATA_PROXY_NAME: 'guard',
      WPS_OUTPUTS_RES_NAME: 'results',
      THREDDS_SERVICE_DATA_URL_PATH: 'datasets',
      COWBIRD_HANDLERS: 'FileSystem',
    });
    const { handlers, sync_permissions } = await loaded();
    expect(handlers.FileSystem).toMatchObject({
      secure_data_proxy_name: 'guard',
      wps_outputs_res_name: 'results',
      public_workspace_wps_outputs_subpath: 'everybody/wps_outputs',
    });
    expect(Object.entries(handlers).flatMap(([name, { active }]) => (active ? [name] : []))).toEqual(['FileSystem']);
    const names = (type: string, key: string) =>
      sync_permissions['weaver_outputs']?.services[type]?.[key]?.map(({ name }) => name).join('/');
    expect(names('api', 'weaver_wps_outputs')).toBe('guard/results/weaver/{user_context_dir}/{jobID}');
    expect(names('thredds', 'thredds_wps_outputs')).toBe(
      'thredds/datasets/wps_outputs/weaver/{user_context_dir}/{jobID}',
    );
  });

  it('permissions follow each other as on the platform', async () => {
    stack.write(TODAY);
    const { sync_permissions } = await loaded();
    expect(sync_permissions['user_workspace']?.permissions_mapping).toEqual([
      'geoserver_workspace : [getCapabilities, getFeature, getFeatureInfo] <-> thredds_workspace : read',
      'geoserver_workspace : createStoredQuery <-> thredds_workspace : write',
    ]);
    expect(sync_permissions['weaver_outputs']?.permissions_mapping.sort()).toEqual(
      [
        'weaver_wps_outputs : read -> job_outputs : read',
        'weaver_wps_outputs : read -> job_status : read',
        'process_job_status : read -> job_status : read',
        'process_job_status : read -> process_description : read-match',
        'weaver_wps_outputs : read <-> thredds_wps_outputs : read',
        'weaver_wps_output_single : read <-> thredds_wps_output_single : read',
        'weaver_wps_output_single : read -> job_output_single : read',
        'thredds_wps_output_single : read -> job_output_single : read',
      ].sort(),
    );
  });

  it.each(PLATFORMS)('celeryconfig.py says where tasks and results are, %s', async (_, platform) => {
    stack.write(platform, { COWBIRD_MONGODB_PORT: '27018' });
    const path = await stack.rendered('config/cowbird/celeryconfig.py');
    const settings: unknown = JSON.parse(
      python(
        `import json, runpy, sys
settings = runpy.run_path(sys.argv[1])
print(json.dumps({name: value for name, value in settings.items() if not name.startswith('_')}))`,
        path,
      ),
    );
    expect(settings).toEqual({
      broker_url: 'mongodb://cowbird-mongodb:27018/cowbird-jobs',
      result_backend: 'mongodb://cowbird-mongodb:27018',
      mongodb_backend_settings: { database: 'cowbird-jobs', taskmeta_collection: 'celery_tasks' },
      result_persistent: false,
    });
  });

  it.each([
    ['seed', SEED, 'https://public.old.example.org/cowbird'],
    ['1.26', MIDDLE, 'https://middle.example.org/cowbird'],
    ['today', TODAY, 'https://public.new.example.org/cowbird'],
    ['alone', ALONE, 'http://cowbird:7000/cowbird'],
  ])('cowbird.ini has what Cowbird and its server need, %s', async (_, platform, url) => {
    stack.write(platform, { COWBIRD_LOG_LEVEL: 'WARN' });
    const read = JSON.parse(
      python(
        `import configparser, json, sys
parser = configparser.ConfigParser({'here': '/x', '__file__': '/x/cowbird.ini'})
parser.read(sys.argv[1], encoding='utf-8')
print(json.dumps({name: dict(parser.items(name, raw=name.startswith('formatter'))) for name in parser.sections()}))`,
        await stack.rendered('config/cowbird/cowbird.ini'),
      ),
    ) as Record<string, Record<string, string>>;
    expect(read).toMatchObject({
      'composite:main': { use: 'egg:Paste#urlmap', '/': 'cowbird_app' },
      'app:cowbird_app': {
        ...{ use: 'egg:cowbird', 'filter-with': 'urlprefix', mongo_uri: 'mongodb://cowbird-mongodb:27017/cowbird' },
        ...{ 'cowbird.url': url, 'cowbird.port': '' },
      },
      'filter:urlprefix': { use: 'egg:PasteDeploy#prefix', prefix: '/cowbird' },
      'server:main': {
        ...{ use: 'egg:gunicorn#main', host: '0.0.0.0', port: '7000', timeout: '10', workers: '3', threads: '4' },
      },
      celery: { use_celeryconfig: 'True' },
      logger_cowbird: { level: 'WARN' },
      logger_celery: { level: 'WARN' },
    });
    for (const kind of ['logger', 'handler', 'formatter']) {
      for (const name of (read[`${kind}s`]?.['keys'] ?? '').split(/, */)) {
        expect(read, name).toHaveProperty([`${kind}_${name}`]);
      }
    }
  });

  it.each([
    ['seed', SEED],
    ['1.26', MIDDLE],
    ['today', TODAY],
  ])('Magpie reads the webhooks, and birdkeeper finds nothing wrong with them, %s', async (_, platform) => {
    stack.write(platform);
    const { services } = await stack.compose();
    const { environment = {}, volumes = [] } = services['magpie'] ?? {};
    const registered = await registeredWebhooks({
      environment,
      volumes: volumes.map((volume) => ({ ...volume, type: 'bind' })),
    });
    expect(registered).toMatchObject({ unread: [], aside: [] });
    expect(registered.webhooks).toHaveLength(4);
    expect(judgeWebhooks(registered.webhooks, ['cowbird'])).toEqual({ missing: [], wrong: [] });
  });

  it('Cowbird understands what Magpie tells it of people and permissions', async () => {
    const { cowbird, ...served } = await startCowbird();
    const magpie = await startMagpie({ webhooks: webhooksOf(magpieFile(), served.url) });
    try {
      const user = { 'user.name': 'anne', 'user.id': 7, callback_url: 'http://127.0.0.1:9/tmp/x' };
      const permission = {
        ...user,
        ...{ 'service.name': 'thredds', 'service.type': 'thredds', 'resource.id': 12, 'resource.name': 'thredds/a/b' },
        ...{ 'permission.name': 'read', 'permission.access': 'allow', 'permission.scope': 'match' },
      };
      tell(magpie.magpie, 'create_user', user);
      tell(magpie.magpie, 'create_user_permission', permission);
      // Of something below a service Magpie does not say which service.
      tell(magpie.magpie, 'delete_user_permission', { ...permission, 'service.name': null });
      tell(magpie.magpie, 'delete_user', user);
      await Promise.all(magpie.magpie.sent);
      expect(served.requests.map(({ url, status }) => [url, status])).toEqual(
        expect.arrayContaining([
          ['/webhooks/users', 200],
          ['/webhooks/permissions', 200],
        ]),
      );
      expect(served.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const said = { service_type: 'thredds', resource_id: 12, resource_full_name: 'thredds/a/b', name: 'read' };
      const ofPermission = { ...said, access: 'allow', scope: 'match', user: 'anne' };
      expect(cowbird.events.map(({ kind, body }) => ({ kind, ...body }))).toEqual(
        expect.arrayContaining([
          { kind: 'users', event: 'created', user_name: 'anne', callback_url: user.callback_url },
          { kind: 'users', event: 'deleted', user_name: 'anne' },
          { kind: 'permissions', event: 'created', service_name: 'thredds', ...ofPermission },
          { kind: 'permissions', event: 'deleted', service_name: null, ...ofPermission },
        ]),
      );
    } finally {
      await served.close();
      await magpie.close();
    }
  });

  it('Magpie knows Cowbird, administrators may do all, and everybody reads what monitoring reads', () => {
    const file = magpieFile();
    expect(file.providers).toMatchObject({ cowbird: { url: 'http://cowbird:7000', public: true, c4i: false } });
    expect(serviceOf(file, 'x').grants).toEqual([
      { group: 'administrators', permission: 'read', scope: 'recursive' },
      { group: 'administrators', permission: 'write', scope: 'recursive' },
      { group: 'anonymous', permission: 'read', scope: 'match' },
      { group: 'anonymous', permission: 'read', scope: 'match', route: '/version' },
    ]);
  });

  it.each(PLATFORMS)('the node monitoring and the list of services read what is for them, %s', async (_, platform) => {
    stack.write(platform);
    const monitored = JSON.parse(
      python(
        `import json, sys
SERVICES = {'node': {}}
exec(compile(open(sys.argv[1]).read(), sys.argv[1], 'exec'))
print(json.dumps(SERVICES['Cowbird']['monitoring']['Cowbird']))`,
        await stack.rendered('config/canarie-api/canarie_api_monitoring.py'),
      ),
    ) as { request: { url: string }; response: { text: string } };
    expect(monitored.request.url).toBe('http://cowbird:7000/');
    const served = await startCowbird();
    const answer = await (await fetch(served.url)).text();
    await served.close();
    expect(answer).toMatch(new RegExp(monitored.response.text));
    expect('{"title": "Magpie REST API"}').not.toMatch(new RegExp(monitored.response.text));
    const description = z
      .object({ name: z.literal('cowbird'), version: z.literal('2.7.1'), links: z.array(z.object({ href: z.url() })) })
      .parse(
        JSON.parse(
          await stack.text('service-config.json').then((json) => json.replace(/"registry\./, '"https://registry.')),
        ),
      );
    expect(description.links.length).toBeGreaterThan(4);
  });

  it('what people read of their workspace is a notebook', () => {
    const notebook = z
      .object({
        nbformat: z.literal(4),
        cells: z.array(z.object({ cell_type: z.literal('markdown'), source: z.array(text) })),
      })
      .parse(JSON.parse(readFileSync(join(SOURCES, 'components/cowbird/user_workspace_readme.ipynb'), 'utf8')));
    expect(notebook.cells[0]?.source.join('')).toContain('wps_outputs');
  });
});

const POINT = `
point:
  services:
    api:
      one: [{ name: weaver, type: service }, { name: '{job}', type: route }]
      two: [{ name: weaver, type: service }, { name: '{job}', type: route }, { name: '{file}', type: route }]
    thredds:
      tree: [{ name: thredds, type: service }, { name: '{job}', type: directory }, { name: '**', type: directory }]
  permissions_mapping: ['two : read -> one : read-match']
`;

describe('test/support/cowbird/sync-grammar', () => {
  it('takes what Cowbird takes', () => {
    expect(syncFaults(parse(POINT))).toEqual([]);
    const others = ['one : read <- two : [read, write-deny-match]', 'tree : read -> one : read'];
    expect(
      syncFaults(parse(POINT.replace("'two : read -> one : read-match'", JSON.stringify(others).slice(1, -1)))),
    ).toEqual([]);
  });

  it.each([
    ['an arrow that is none', 'two : read => one : read', 'is not of the form'],
    ['a resource that is nowhere', 'two : read -> three : read', 'names three'],
    ['a name that the source does not have', 'one : read -> two : read', 'does not know {file}'],
    ['names that differ in a mapping of both ways', 'one : read <-> two : read', 'not the same names'],
    ['** at its end only', 'one : read -> tree : read', '** at its end only'],
    ['** on one side of both ways', 'one : read <-> tree : read', '** on one side only'],
    ['a permission in two parts that is no match', 'two : read-deny -> one : read', 'has read-deny'],
  ])('finds %s', (_, mapping, fault) => {
    expect(syncFaults(parse(POINT.replace('two : read -> one : read-match', mapping)))).toEqual([
      expect.stringContaining(fault),
    ]);
  });

  it.each([
    ['a name of a service in the place of its type', 'api:', 'weaver:', 'weaver is no type of services'],
    ['a resource twice', 'tree:', 'one:', 'one is there twice'],
    ['a name twice in a path', '{file}', '{job}', 'two has {job} twice'],
    ['** twice in a path', "name: '{job}', type: directory", "name: '**', type: directory", 'tree has ** twice'],
    ['a route below a service of files', "'**', type: directory", "'**', type: route", 'tree has a route'],
    [
      'a path that does not begin at a service',
      'thredds, type: service',
      'thredds, type: directory',
      'tree does not begin',
    ],
  ])('finds %s', (_, is, becomes, fault) => {
    expect(syncFaults(parse(POINT.replace(is, becomes)))).toContainEqual(expect.stringContaining(fault));
  });

  it('finds a segment with a name and a regular expression', () => {
    expect(() => syncFaults(parse(POINT.replace("'{file}',", "'{file}', regex: '.*',")))).toThrow(
      'either name or regex',
    );
  });
});
