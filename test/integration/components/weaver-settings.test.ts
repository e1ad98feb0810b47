import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ComponentStack } from '../../support/component-stack/index.js';
import { ALONE, PLATFORMS, SEED, TODAY } from '../../support/component-stack/platforms.js';

let stack: ComponentStack;
beforeEach(() => {
  stack = new ComponentStack('weaver');
});
afterEach(() => stack.remove());

/** Names that default.env gives a value. */
const defaults = (): string[] => {
  stack.write(ALONE);
  const text = readFileSync(join(stack.component, 'default.env'), 'utf8');
  return [...new Set([...text.matchAll(/^ *export (WEAVER_\w+)=/gm)].map(([, name = '']) => name))];
};

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', stack.component, '-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
    encoding: 'utf8',
  });

describe('components/weaver', () => {
  it.each(PLATFORMS)('every default can be overridden in env.local, %s', async (_, platform) => {
    const values = Object.fromEntries(defaults().map((name) => [name, `own ${name}`]));
    stack.write(platform, values);
    expect(await stack.variables(...Object.keys(values))).toEqual(values);
  });

  it('has the settings that operators know', () => {
    expect(defaults()).toEqual(
      expect.arrayContaining([
        ...['WEAVER_CONFIG', 'WEAVER_VERSION', 'WEAVER_DOCKER', 'WEAVER_IMAGE', 'WEAVER_MANAGER_IMAGE'],
        ...['WEAVER_WORKER_IMAGE', 'WEAVER_IMAGE_URI', 'WEAVER_MONGODB_VERSION', 'WEAVER_MONGODB_HOST'],
        ...['WEAVER_MONGODB_PORT', 'WEAVER_MONGODB_URL', 'WEAVER_MONGODB_DATA_DIR', 'WEAVER_MANAGER_NAME'],
        ...['WEAVER_WORKER_NAME', 'WEAVER_MANAGER_LOG_LEVEL', 'WEAVER_WORKER_LOG_LEVEL', 'WEAVER_WPS_NAME'],
        ...['WEAVER_WPS_PATH', 'WEAVER_WPS_OUTPUTS_PATH', 'WEAVER_WPS_OUTPUTS_DIR', 'WEAVER_WPS_WORKDIR'],
        ...['WEAVER_WPS_PROVIDERS', 'WEAVER_WPS_PROVIDERS_MAX_TIME', 'WEAVER_WPS_PROVIDERS_RETRY_COUNT'],
        ...['WEAVER_WPS_PROVIDERS_RETRY_AFTER', 'WEAVER_UNREGISTER_DROPPED_PROVIDERS', 'WEAVER_CURL_IMAGE'],
        ...['WEAVER_ALT_PREFIX', 'WEAVER_ALT_PREFIX_PROXY_LOCATION', 'WEAVER_PROXY_RESPONSE_BUFFER_SIZE'],
        ...['WEAVER_PROXY_RESPONSE_BUFFER_COUNT', 'WEAVER_URL', 'WEAVER_PROVIDERS_URL_TEMPLATE'],
      ]),
    );
  });

  it('every setting is in the README', () => {
    const names = defaults();
    const text = readFileSync(join(stack.component, 'README.md'), 'utf8');
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(PLATFORMS)('what depends on another setting follows it, %s', async (_, platform) => {
    stack.write(platform, { WEAVER_MANAGER_NAME: 'loom', WEAVER_DOCKER: 'registry.example.org/weaver' });
    expect(await stack.variables('WEAVER_WPS_NAME', 'WEAVER_MANAGER_IMAGE', 'WEAVER_INTERNAL_URL')).toEqual({
      WEAVER_WPS_NAME: 'loom-wps',
      WEAVER_MANAGER_IMAGE: 'registry.example.org/weaver:6.8.3-manager',
      WEAVER_INTERNAL_URL: 'http://weaver:4001/loom',
    });
  });

  it.each([
    ['WEAVER_CONFIG', 'BOTH'],
    ['WEAVER_CONFIG', ''],
    ['WEAVER_MONGODB_VERSION', '4.4'],
    ['WEAVER_MONGODB_PORT', 'mongo'],
    ['WEAVER_MONGODB_URL', 'mongodb://weaver-mongodb:27017/'],
    ['WEAVER_MANAGER_NAME', 'weaver.*'],
    ['WEAVER_MANAGER_LOG_LEVEL', 'loud'],
    ['WEAVER_WPS_PATH', 'wps'],
    ['WEAVER_WPS_OUTPUTS_DIR', 'wps_outputs'],
    ['WEAVER_WPS_WORKDIR', './work'],
    ['WEAVER_PROXY', 'open'],
    ['WEAVER_PROXY_HOOKS', 'yes'],
    ['WEAVER_ALT_PREFIX', 'ogcapi'],
    ['WEAVER_ALT_PREFIX', '/ogcapi/'],
    ['WEAVER_PROXY_RESPONSE_BUFFER_SIZE', '32 k'],
    ['WEAVER_PROXY_RESPONSE_BUFFER_COUNT', '1'],
    ['WEAVER_WPS_PROVIDERS_MAX_TIME', '2m'],
    ['WEAVER_WPS_PROVIDERS_RETRY_COUNT', ''],
    ['WEAVER_WPS_PROVIDERS_RETRY_AFTER', '0.5'],
    ['WEAVER_UNREGISTER_DROPPED_PROVIDERS', 'yes'],
    ['WEAVER_URL', 'weaver:4001'],
    ['WEAVER_PROVIDERS_URL_TEMPLATE', '{name}:5000'],
    ['MAGPIE_ADMIN_PASSWORD', ''],
    ['MAGPIE_ADMIN_USERNAME', ''],
  ])('refuses %s=%j by its name', async (name, value) => {
    stack.write(TODAY, { [name]: value });
    const { out, status } = await stack.config('validate');
    expect(status).toBe(2);
    expect(out).toMatch(new RegExp(`^error: .*${name}`, 'm'));
  });

  it.each([
    ['WEAVER_MONGODB_VERSION', '8.0.4-jammy'],
    ['WEAVER_WPS_PROVIDERS_RETRY_COUNT', '-1'],
    ['WEAVER_ALT_PREFIX', ''],
    ['WEAVER_CONFIG', 'EMS'],
  ])('takes %s=%j', async (name, value) => {
    stack.write(TODAY, { [name]: value });
    expect((await stack.config('validate')).out).toContain('0 errors');
  });

  it('asks for the administrator of Magpie only where there is Magpie', async () => {
    stack.write({ ...SEED, values: { ...SEED.values, MAGPIE_ADMIN_PASSWORD: '' } });
    expect((await stack.config('validate')).out).toMatch(/^error: .*MAGPIE_ADMIN_PASSWORD/m);
    stack.write({ ...SEED, values: { ...SEED.values, MAGPIE_ADMIN_PASSWORD: '', MAGPIE_ADMIN_PASSWORD_FILE: '/x' } });
    expect((await stack.config('validate')).out).toContain('0 errors');
    stack.write(ALONE);
    expect((await stack.config('validate')).out).toContain('0 errors');
  });

  it.each(PLATFORMS)('leaves the checkout that holds it clean, %s', async (_, platform) => {
    stack.write(platform);
    git('init', '-q');
    git('add', '-A');
    git('commit', '-q', '-m', 'as shipped');
    await stack.renderInPlace();
    expect(git('status', '--porcelain')).toBe('');
    const ignored = git('ls-files', '--others', '--ignored', '--exclude-standard').trim().split('\n').sort();
    const rendered = readdirSync(stack.component, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.template') && !path.startsWith('.git/'))
      .map((path) => path.replace(/\.template$/, ''))
      .sort();
    expect(ignored).toEqual(rendered);
  });

  it('holds secrets in one file, which nobody else can read', async () => {
    const secret = 'barn-owl-17-beam';
    stack.write(TODAY, {
      WEAVER_MONGODB_URL: `mongodb://weaver:${secret}@weaver-mongodb:27017`,
      MAGPIE_SECRET: secret,
    });
    const { WEAVER_EMAIL_SECRET: key = '' } = await stack.variables('WEAVER_EMAIL_SECRET');
    expect(key).toMatch(/^[0-9a-f]{40}$/);
    await stack.renderInPlace();
    const files = readdirSync(stack.component, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(stack.component, path)).isFile(),
    );
    const holding = (text: string) =>
      files.filter((path) => readFileSync(join(stack.component, path), 'utf8').includes(text));
    expect([holding(secret), holding(key)]).toEqual([['config/weaver/weaver.ini'], ['config/weaver/weaver.ini']]);
    execFileSync('sh', [join(stack.component, 'pre-docker-compose-up')], { env: { WEAVER_DIR: stack.component } });
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(join(stack.component, 'config/weaver/weaver.ini'))).toBe('600');
    // Rendered anew, it keeps the mode.
    expect(mode(await freshly('config/weaver/weaver.ini'))).toBe('600');
  });
});

async function freshly(file: string): Promise<string> {
  const out = join(stack.root, 'again');
  const ran = await stack.config('render', '--out', out);
  expect(ran.status, ran.err).toBe(0);
  return join(out, stack.component, file);
}
