import { describe, expect, it } from 'vitest';
import { composeGuard, derivedVariables, type DerivedSource } from '../../../../activities/stack/derived.js';
import { ERAS } from '../../../../activities/stack/reader/eras.js';
import { eraCalled } from '../../../support/era-stack.js';

const SERVICES = 'BIRDHOUSE_DEPLOY_SERVICES_JSON';
const COMPONENTS = 'BIRDHOUSE_DEPLOY_COMPONENTS_JSON';
const VERSION = 'BIRDHOUSE_VERSION_JSON';

interface Given extends Partial<Omit<DerivedSource, 'generation' | 'read' | 'directories'>> {
  /** Texts by path. */
  files?: Record<string, string>;
  /** Names of directories by path. */
  directories?: Record<string, string[]>;
}

function derived(era: string, { files = {}, directories = {}, ...given }: Given = {}) {
  return derivedVariables({
    generation: eraCalled(era).generation,
    directory: '/s/birdhouse',
    variables: {},
    spellings: [],
    components: [],
    real: (path) => path,
    ...given,
    directories: (path) => directories[path] ?? [],
    read: (path) => Promise.resolve(files[path]),
  });
}

const valueOf = async (name: string, era: string, given: Given = {}) => (await derived(era, given))[name];
const erasWith = async (name: string, given: Given = {}) => {
  const found: string[] = [];
  for (const era of [...ERAS, 'plain']) if ((await valueOf(name, era, given)) !== undefined) found.push(era);
  return found;
};
const eras = (from: string, before?: string) =>
  ERAS.slice(ERAS.indexOf(from), before === undefined ? undefined : ERAS.indexOf(before));

describe('activities/stack/derived', () => {
  it('adds nothing to a directory without scripts', async () => {
    const variables = { PAVICS_FQDN: 'h', AUTODEPLOY_EXTRA_REPOS: '/a', BIRDHOUSE_AUTODEPLOY_EXTRA_REPOS: '/a' };
    expect(await derived('plain', { variables, components: ['/s/birdhouse/components/a'] })).toEqual({});
  });

  it('the public host is the host unless it is given, up to 1.25.5', async () => {
    const given = { variables: { PAVICS_FQDN: 'h' } };
    expect(await erasWith('PAVICS_FQDN_PUBLIC', given)).toEqual(eras('1.14', '1.25.6'));
    expect(await valueOf('PAVICS_FQDN_PUBLIC', '1.14', given)).toBe('h');
    expect(await valueOf('PAVICS_FQDN_PUBLIC', '1.14')).toBe('');
    const both = { PAVICS_FQDN: 'h', PAVICS_FQDN_PUBLIC: 'p' };
    expect(await valueOf('PAVICS_FQDN_PUBLIC', '1.14', { variables: both })).toBeUndefined();
    expect(await valueOf('PAVICS_FQDN_PUBLIC', '1.14', { variables: { ...both, PAVICS_FQDN_PUBLIC: '' } })).toBe('h');
  });

  it('the include for port 80 redirects unless plain HTTP is allowed, before 1.24.0', async () => {
    expect(await erasWith('INCLUDE_FOR_PORT_80')).toEqual(eras('1.14', '1.24.0'));
    expect(await valueOf('INCLUDE_FOR_PORT_80', '1.14')).toBe('include /etc/nginx/conf.d/redirect-to-https.include;');
    const include = (allowed: string) =>
      valueOf('INCLUDE_FOR_PORT_80', '1.22.7', { variables: { ALLOW_UNSECURE_HTTP: allowed } });
    expect(await include('True')).toBe('include /etc/nginx/conf.d/all-services.include;');
    expect(await include('true')).toBe('include /etc/nginx/conf.d/redirect-to-https.include;');
  });

  it('extra repositories are volumes of a job, before 2.15.0', async () => {
    const [old, now] = ['AUTODEPLOY_EXTRA_REPOS', 'BIRDHOUSE_AUTODEPLOY_EXTRA_REPOS'];
    expect(await erasWith(`${old}_AS_DOCKER_VOLUMES`)).toEqual(eras('1.14', '2.4.0'));
    expect(await erasWith(`${now}_AS_DOCKER_VOLUMES`)).toEqual(eras('2.4.0', '2.15.0'));
    const variables = { [old]: '\n /a  /b\t', [now]: '/c' };
    expect(await valueOf(`${old}_AS_DOCKER_VOLUMES`, '1.14', { variables })).toBe(
      '\n    --volume /a:/a:rw\n    --volume /b:/b:rw',
    );
    expect(await valueOf(`${now}_AS_DOCKER_VOLUMES`, '2.7.0', { variables })).toBe('\n    --volume /c:/c:rw');
    expect(await valueOf(`${old}_AS_DOCKER_VOLUMES`, '1.14')).toBe('');
  });

  describe('components', () => {
    const given = {
      spellings: ['./components/a', './config/b', '/private/components/a', './other/d', 'optional-components/e'],
      components: [
        '/s/birdhouse/components/a',
        '/s/birdhouse/config/b',
        '/private/components/a',
        '/s/birdhouse/other/d',
      ],
      directories: {
        '/s/birdhouse': ['components', 'config', 'optional-components', 'other'],
        '/s/birdhouse/components': ['a'],
        '/s/birdhouse/config': ['b'],
        '/s/birdhouse/optional-components': ['e'],
        '/s/birdhouse/other': ['d'],
      },
    };

    it('are listed since 1.22.11', async () => {
      expect(await erasWith(COMPONENTS, given)).toEqual(eras('1.22.11'));
    });

    it('as they are spelled where the spelling holds one of the checkout, a line each', async () => {
      expect(await valueOf(COMPONENTS, '2.4.0', given)).toBe(
        '{"components": ["bird-house/birdhouse-deploy:components/a",\n"/private/components/a",\n"optional-components/e"]}',
      );
    });

    it('config counts where the default list is of that time', async () => {
      expect(await valueOf(COMPONENTS, '1.24.0', given)).toContain('"bird-house/birdhouse-deploy:config/b",\n');
      expect(await valueOf(COMPONENTS, '1.22.11', given)).not.toContain('config/b');
    });

    it('by their real paths inside the checkout since 2.20.3', async () => {
      const linked = { ...given, components: ['/link', ...given.components] };
      const real = (path: string) => (path === '/link' ? '/s/birdhouse/optional-components/f' : path);
      expect(await valueOf(COMPONENTS, '2.26.0', { ...linked, real })).toBe(
        '{"components": ["bird-house/birdhouse-deploy:optional-components/f","bird-house/birdhouse-deploy:components/a"]}',
      );
    });

    it('are none where there are none', async () => {
      expect(await valueOf(COMPONENTS, '1.22.11')).toBe('{"components": []}');
      expect(await valueOf(COMPONENTS, '2.26.0')).toBe('{"components": []}');
    });
  });

  describe('services', () => {
    const text = '\n[\n  {"name": "a"},\n  {"name": "b"}\n]\n\n';
    const given = {
      components: ['/s/birdhouse/components/a', '/x/none', '/x/c'],
      files: { '/s/birdhouse/components/a/service-config.json': text, '/x/c/service-config.json': '{"name": "c"}' },
    };

    it('are listed since 1.26.7', async () => {
      expect(await erasWith(SERVICES, given)).toEqual(eras('1.26.7'));
      expect(await valueOf(SERVICES, '2.26.0')).toBe('{"services": []}');
    });

    it('as their texts are up to 2.1', async () => {
      const object = '{"name": "a"}\n\n';
      const files = { ...given.files, '/s/birdhouse/components/a/service-config.json': object };
      for (const era of ['1.26.7', '2.1.0']) {
        expect(await valueOf(SERVICES, era, { ...given, files })).toBe('{"services": [ {"name": "a"}, {"name": "c"}]}');
      }
    });

    it('without the brackets of a list since 2.2.0, on one line since 2.16.0', async () => {
      const between = (gap: string) => `{"services": [ {"name": "a"},${gap}{"name": "b"}, {"name": "c"}]}`;
      for (const era of ['2.2.0', '2.15.1']) expect(await valueOf(SERVICES, era, given)).toBe(between('\n  '));
      for (const era of ['2.16.0', '2.26.0']) expect(await valueOf(SERVICES, era, given)).toBe(between('   '));
    });
  });

  describe('version', () => {
    const of = (text: string) =>
      valueOf(VERSION, '2.26.0', { files: { '/s/birdhouse/../RELEASE.txt': text, '/s/RELEASE.txt': text } });

    it('is told since 1.26.7, where the checkout says it', async () => {
      const files = { '/s/RELEASE.txt': '1 2' };
      expect(await erasWith(VERSION, { files })).toEqual(eras('1.26.7'));
      expect(await erasWith(VERSION)).toEqual([]);
    });

    it.each([
      ['2.0.6 2024-02-01T10:00:00Z\n', '2.0.6', '2024-02-01T10:00:00Z'],
      ['2.0.6', '2.0.6', '2.0.6'],
      ['2.0.6 \nx y', '2.0.6', ''],
      ['', '', ''],
    ])('is the first line of %j', async (text, version, released) => {
      expect(await of(text)).toBe(`{"version": "${version}", "release_time": "${released}"}`);
    });
  });

  it.each([
    ['1.14', { PROXY_SECURE_PORT: '443', HOSTNAME: 'old' }],
    ['2.3.0', { PROXY_SECURE_PORT: '443', HOSTNAME: 'old' }],
    ['2.4.0', { PROXY_SECURE_PORT: '443', HOSTNAME: 'new' }],
    ['2.7.0', { PROXY_HTTP_PORT: '80', HOSTNAME: 'new' }],
    ['2.26.0', { PROXY_HTTP_PORT: '80', HOSTNAME: 'new' }],
    ['plain', {}],
  ])('guards Compose of %s with %j', (era, guard) => {
    const { generation } = eraCalled(era);
    expect(composeGuard(generation, { PAVICS_FQDN: 'old', BIRDHOUSE_FQDN: 'new' })).toEqual(guard);
    if (era !== 'plain') expect(composeGuard(generation, {})).toMatchObject({ HOSTNAME: '' });
  });
});
