import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ComponentStack } from '../../support/component-stack/index.js';
import { ALONE, MIDDLE, PLATFORMS, SEED, TODAY } from '../../support/component-stack/platforms.js';

let stack: ComponentStack;
beforeEach(() => {
  stack = new ComponentStack('weaver');
});
afterEach(() => stack.remove());

const python = (code: string, ...args: string[]): string =>
  execFileSync('python3', ['-B', '-c', code, ...args], { encoding: 'utf8' });

/** As Paste and Celery read it. */
const ini = async (): Promise<Record<string, Record<string, string>>> =>
  JSON.parse(
    python(
      `import configparser, json, sys
parser = configparser.ConfigParser({'here': '/x'})
parser.read(sys.argv[1], encoding='utf-8')
print(json.dumps({name: dict(parser.items(name, raw=name.startswith('formatter'))) for name in parser.sections()}))`,
      await stack.rendered('config/weaver/weaver.ini'),
    ),
  ) as Record<string, Record<string, string>>;

const Sources = z.record(
  z.string(),
  z.looseObject({ netloc: z.string(), ades: z.url(), default: z.boolean().optional() }),
);
const Permission = z.strictObject({
  service: z.string(),
  resource: z.string().optional(),
  permission: z.string(),
  group: z.string(),
  action: z.literal('create'),
});
const MagpieConfig = z.strictObject({
  providers: z.record(
    z.string(),
    z.looseObject({
      url: z.string(),
      type: z.string(),
      public: z.literal(true),
      c4i: z.literal(false),
      hooks: z
        .array(z.strictObject({ type: z.string(), path: z.string(), method: z.string(), target: z.string() }))
        .optional(),
    }),
  ),
  permissions: z.array(Permission),
});
const magpie = async () => MagpieConfig.parse(await stack.yaml('config/magpie/config.yml'));

describe('components/weaver', () => {
  it.each(PLATFORMS)('weaver.ini has what Weaver, its workers and its server need, %s', async (_, platform) => {
    stack.write(platform);
    const read = await ini();
    const base = await stack.variables('WEAVER_PUBLIC_URL', 'WEAVER_PLATFORM_URL');
    expect(read).toMatchObject({
      'app:main': {
        use: 'egg:weaver',
        'mongodb.host': 'weaver-mongodb',
        'mongodb.port': '27017',
        'mongodb.db_name': 'weaver',
        'weaver.configuration': 'HYBRID',
        'weaver.url': base['WEAVER_PUBLIC_URL'],
        'weaver.ssl_verify': 'true',
        'weaver.request_options': 'request_options.yml',
        'weaver.data_sources': 'data_sources.yml',
        'weaver.wps_processes_file': 'wps_processes.yml',
        'weaver.wps': 'true',
        'weaver.wps_path': '/wps',
        'weaver.wps_output': 'true',
        'weaver.wps_output_dir': '/data/wps_outputs/weaver',
        'weaver.wps_output_url': `${base['WEAVER_PLATFORM_URL']}/wpsoutputs/weaver`,
        'weaver.wps_output_context': 'public',
        'weaver.wps_workdir': '/tmp/wps_workdir/weaver',
        'weaver.wps_restapi': 'true',
        'weaver.wps_restapi_path': '/',
        'weaver.vault': 'true',
        'weaver.vault_dir': '/tmp/vault',
        'weaver.exec_sync_max_wait': '20',
      },
      celery: {
        use_celeryconfig: 'false',
        broker_url: 'mongodb://weaver-mongodb:27017/celery',
        result_backend: 'mongodb://weaver-mongodb:27017/',
        imports: 'weaver.processes.execution',
      },
      'celery:mongodb_backend_settings': { database: 'celery', taskmeta_collection: 'weaver-results' },
      'server:main': { use: 'egg:gunicorn#main', bind: '0.0.0.0:4001', workers: '5', timeout: '20' },
    });
    for (const name of (read['loggers']?.['keys'] ?? '').split(/, */)) expect(read).toHaveProperty([`logger_${name}`]);
  });

  it('levels of logs are those that an operator wants', async () => {
    stack.write(TODAY, { WEAVER_MANAGER_LOG_LEVEL: 'DEBUG', WEAVER_WORKER_LOG_LEVEL: 'ERROR' });
    expect(await ini()).toMatchObject({ logger_weaver: { level: 'DEBUG' }, logger_cwltool: { level: 'ERROR' } });
  });

  it.each(PLATFORMS)('jobs are sent to this Weaver by its public address, %s', async (_, platform) => {
    stack.write(platform);
    const sources = Sources.parse(await stack.yaml('config/weaver/data_sources.yml'));
    const { WEAVER_PUBLIC_URL: url, WEAVER_FQDN_PUBLIC: host } = await stack.variables(
      'WEAVER_PUBLIC_URL',
      'WEAVER_FQDN_PUBLIC',
    );
    expect(sources).toMatchObject({
      localhost: { netloc: 'localhost', ades: url, default: true },
      public: { netloc: host, ades: url },
      opensearchdefault: { ades: url },
    });
    expect(Object.values(sources).filter((source) => source.default === true)).toHaveLength(1);
  });

  it('files that operators replace have the keys that Weaver looks for', async () => {
    stack.write(ALONE);
    await stack.renderInPlace();
    const read = (file: string) => python(YAML_AS_JSON, join(stack.component, 'config/weaver', file)).trim();
    expect(read('request_options.yml')).toBe('requests: []');
    expect(read('wps_processes.yml')).toBe('processes: []\nproviders: []');
  });

  it.each([
    ['seed', SEED, {}, 'http://weaver:4001/weaver'],
    ['1.26', MIDDLE, {}, 'http://weaver:4001/weaver'],
    ['today', TODAY, {}, 'http://weaver:4001/weaver'],
    ['a version that does not know its path', SEED, { WEAVER_VERSION: '4.22.0' }, 'http://weaver:4001'],
  ])('Magpie knows Weaver and its WPS where they answer, %s', async (_, platform, values, url) => {
    stack.write(platform, values);
    const { providers } = await magpie();
    expect(providers).toMatchObject({ weaver: { url, type: 'api' }, 'weaver-wps': { url: `${url}/wps`, type: 'wps' } });
  });

  it('everybody may look, administrators may do all, and who makes processes may deploy them', async () => {
    stack.write(TODAY);
    const { permissions } = await magpie();
    const of = (group: string) =>
      permissions
        .filter((each) => each.group === group)
        .map(({ service, resource = '/', permission }) => `${service} ${resource} ${permission}`);
    expect(of('administrators')).toEqual(['weaver / read', 'weaver / write']);
    expect(of('app_producers')).toEqual(['weaver /processes write']);
    expect(of('anonymous')).toEqual([
      'weaver / read-match',
      ...['/json', '/api', '/versions', '/conformance', '/static'].map((path) => `weaver ${path} read`),
      'weaver /processes read-match',
      'weaver /providers read-match',
      'weaver-wps / getcapabilities',
      'weaver-wps / describeprocess',
    ]);
  });

  it.each(PLATFORMS.slice(0, 3))('everybody may read the birds that are wanted, %s', async (_, platform) => {
    stack.write(platform, { WEAVER_WPS_PROVIDERS: 'finch, raven\n  my-bird' });
    const { permissions } = await magpie();
    const birds = permissions.filter(({ resource }) => resource?.startsWith('/providers/'));
    expect(birds).toEqual(
      ['finch', 'raven', 'my-bird'].map((bird) => ({
        ...{ service: 'weaver', resource: `/providers/${bird}` },
        ...{ permission: 'read', group: 'anonymous', action: 'create' },
      })),
    );
  });

  it('hooks are around every request that makes a job, and around the list of processes', async () => {
    stack.write(TODAY);
    const { providers } = await magpie();
    const hooks = providers['weaver']?.hooks ?? [];
    const met = (type: string, method: string, path: string) =>
      hooks
        .filter((hook) => hook.type === type && hook.method === method && new RegExp(`^${hook.path}$`).test(path))
        .map(({ target }) => target.replace('/opt/birdhouse/src/magpie/hooks/weaver_hooks.py:', ''));
    const jobs = [
      ...['/jobs', '/jobs/', '/execution', '/processes/sleep/jobs', '/processes/sleep:1.2.0/execution'],
      ...['/providers/finch/processes/subset/jobs', '/providers/my-bird/processes/a.b/execution'],
    ];
    for (const path of jobs) {
      expect(met('request', 'POST', path), path).toEqual(['add_x_wps_output_context']);
      expect(met('response', 'POST', path), path).toEqual(['allow_user_execute_outputs']);
      expect(met('request', 'GET', path), path).toEqual([]);
    }
    expect(met('response', 'GET', '/processes')).toEqual(['filter_allowed_processes']);
    expect(met('response', 'POST', '/processes')).toEqual(['allow_user_deployed_processes']);
    for (const path of ['/processes/sleep', '/providers', '/jobs/1/results', '/api']) {
      expect([...met('request', 'POST', path), ...met('response', 'GET', path)], path).toEqual([]);
    }
  });

  it.each(PLATFORMS)('Python reads what is written in it, %s', async (_, platform) => {
    stack.write(platform);
    for (const file of ['config/magpie/weaver_hooks.py', 'config/canarie-api/canarie_api_monitoring.py']) {
      python('import ast, sys; ast.parse(open(sys.argv[1]).read())', await stack.rendered(file));
    }
    const monitored = JSON.parse(
      python(
        `import json, sys
SERVICES = {'node': {}}
exec(compile(open(sys.argv[1]).read(), sys.argv[1], 'exec'))
print(json.dumps(SERVICES['Weaver']['monitoring']['Weaver']))`,
        await stack.rendered('config/canarie-api/canarie_api_monitoring.py'),
      ),
    ) as { request: { url: string }; response: { text: string } };
    expect(monitored.request.url).toBe('http://weaver:4001/weaver/');
    expect('{"message":"Weaver Information","title":"x"}').toMatch(new RegExp(monitored.response.text));
    expect('{"message":"Not Found"}').not.toMatch(new RegExp(monitored.response.text));
    const description = z
      .object({
        name: z.literal('weaver'),
        version: z.string(),
        links: z.array(z.object({ rel: z.string(), href: z.string() })),
      })
      .parse(JSON.parse(await stack.text('service-config.json')));
    expect(description.version).toBe('6.8.3');
  });
});

/** Without comments; there may be no library for YAML. */
const YAML_AS_JSON = `import sys
print(''.join(line for line in open(sys.argv[1]) if not line.startswith('#')))`;
