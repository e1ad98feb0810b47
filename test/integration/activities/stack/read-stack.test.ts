import { existsSync, symlinkSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFiles } from '../../../../activities/stack/compose-files.js';
import { plainPlace } from '../../../../activities/stack/place.js';
import { entriesOf, readStack, type ReadStackOptions } from '../../../../activities/stack/read-stack.js';
import { PLAIN_ERA } from '../../../../activities/stack/reader/eras.js';
import { findTemplates, render } from '../../../../activities/stack/render.js';
import { ENV, write } from './fixture.js';
import { eraWorld, SHELLS, type EraWorld, type ShellKind } from './reader/era-world.js';

let world: EraWorld;
beforeAll(() => {
  world = eraWorld();
});
afterAll(() => world.remove());

const HERE = plainPlace(
  (path) => path,
  (command) => command,
);
const OFF = { ...ENV, BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED: 'False' };
const read = (directory: string, options: Partial<ReadStackOptions> = {}) =>
  readStack({ directory, env: OFF, signal: new AbortController().signal, ...options }, HERE);

/** Rendered texts by their paths in the stack, as bytes. */
async function rendered(directory: string, kind: ShellKind = 'dash'): Promise<Record<string, string>> {
  const { components, lists, variables } = await read(directory, { shell: world.shells[kind] });
  const templates = await findTemplates({ directories: components, locate: (path) => path, standIns: new Set() });
  const files = render(templates, lists, variables).map(({ path, text }) => [
    relative(directory, path),
    text.toString('latin1'),
  ]);
  return Object.fromEntries(files) as Record<string, string>;
}

async function files(directory: string): Promise<string[]> {
  const { reading, composeVariables } = await read(directory);
  return composeFiles({
    directory,
    generation: reading.era.generation,
    components: reading.listed.map(({ spelling }) => resolve(directory, spelling)),
    entries: (path) => entriesOf(path).map(({ name }) => name),
    composeFile: composeVariables['COMPOSE_FILE'] ?? '',
    separator: '',
    exists: existsSync,
  }).map((file) => relative(directory, file));
}

describe('activities/stack/read-stack', () => {
  it.each(SHELLS)('bytes that are not UTF-8 reach a template unchanged, read by %s', async (kind) => {
    const directory = world.stack(
      '2.26.0',
      {
        'env.local': Buffer.from(
          "export BIRDHOUSE_EXTRA_CONF_DIRS=./a\nexport NAME='caf\xe9 \xff'\nexport LATE='<$NAME>'; DELAYED_EVAL=LATE",
          'latin1',
        ),
        'a/x.conf.template': Buffer.from('\xe9 $NAME ${LATE} $host\r\n', 'latin1'),
      },
      { required: '$NAME ${LATE}' },
    );
    expect(await rendered(directory, kind)).toEqual({
      'a/x.conf': '\xe9 caf\xe9 \xff <caf\xe9 \xff> $host\r\n',
    });
  });

  it.each(['1.14', '2.4.0', '2.26.0'])('7: a template of %s gets exported values of listed names only', async (era) => {
    const list = era === '1.14' ? 'EXTRA_CONF_DIRS' : 'BIRDHOUSE_EXTRA_CONF_DIRS';
    const directory = world.stack(
      era,
      {
        'env.local': `${list}=./a; export GIVEN=given UNLISTED=no; PLAIN=plain; OPTIONAL_VARS="$OPTIONAL_VARS \\$MINE"; export MINE=mine`,
        'a/x.template': '$GIVEN|${PLAIN}|$UNLISTED|$OTHER|$MINE|$host',
      },
      { required: '\n  $GIVEN\n  $PLAIN', optional: '$OTHER' },
    );
    expect(await rendered(directory)).toEqual({ 'a/x': 'given||$UNLISTED||mine|$host' });
  });

  it('adds what the compose script derives, to templates and not only to Compose', async () => {
    const directory = world.stack(
      '1.14',
      {
        'env.local': 'export PAVICS_FQDN=host; EXTRA_CONF_DIRS=./a',
        'a/x.template': '$PAVICS_FQDN_PUBLIC$INCLUDE_FOR_PORT_80',
      },
      { required: '$PAVICS_FQDN_PUBLIC $INCLUDE_FOR_PORT_80', optional: '' },
    );
    expect((await rendered(directory))['a/x']).toBe('hostinclude /etc/nginx/conf.d/redirect-to-https.include;');
    const { variables, all, composeVariables } = await read(directory);
    expect(variables).not.toHaveProperty('PROXY_SECURE_PORT');
    expect(all['PAVICS_FQDN_PUBLIC']).toBe('host');
    expect(composeVariables).toMatchObject({ PROXY_SECURE_PORT: '443', HOSTNAME: 'host', PAVICS_FQDN_PUBLIC: 'host' });
  });

  it('guards Compose with what was read, whether or not it is exported', async () => {
    const directory = world.stack('2.26.0', { 'env.local': 'BIRDHOUSE_FQDN=host; export PROXY_HTTP_PORT=8080' });
    const { variables, composeVariables } = await read(directory);
    expect(variables).toMatchObject({ PROXY_HTTP_PORT: '8080' });
    expect(composeVariables).toMatchObject({ PROXY_HTTP_PORT: '80', HOSTNAME: 'host' });
    const plain = await read(world.stack('plain', { 'env.local': 'export BIRDHOUSE_FQDN=host' }));
    expect(plain.composeVariables).toEqual(plain.variables);
  });

  it('lists services by their templates, as if they were rendered', async () => {
    const directory = world.stack(
      '2.26.0',
      {
        'env.local': 'BIRDHOUSE_EXTRA_CONF_DIRS="./components/a ./components/b ./components/gone"; export NAME=n',
        'components/a/service-config.json.template': '[{"name": "$NAME $OTHER"}]\n',
        'components/a/service-config.json': 'stale',
        'components/b/service-config.json': '[\n  {"name": "b"}\n]\n',
        '../RELEASE.txt': '2.26.0 2026-01-01T00:00:00Z\n',
      },
      { required: '$NAME' },
    );
    const { variables } = await read(directory);
    expect(variables).toMatchObject({
      BIRDHOUSE_DEPLOY_SERVICES_JSON: '{"services": [ {"name": "n $OTHER"}, {"name": "b"}]}',
      BIRDHOUSE_DEPLOY_COMPONENTS_JSON:
        '{"components": ["bird-house/birdhouse-deploy:components/a","bird-house/birdhouse-deploy:components/b"]}',
      BIRDHOUSE_VERSION_JSON: '{"version": "2.26.0", "release_time": "2026-01-01T00:00:00Z"}',
    });
  });

  it('4: nested dependencies and overrides on disk make the list of files of each time', async () => {
    const extra = 'docker-compose-extra.yml';
    const tree = (list: string) => ({
      'env.local': `${list}="./components/web ./more/auth"`,
      [`components/web/${extra}`]: '',
      [`components/web/config/auth/${extra}`]: '',
      [`components/web/config/base/${extra}`]: '',
      [`components/web/config/none/${extra}`]: '',
      'components/web/default.env': 'COMPONENT_DEPENDENCIES="$COMPONENT_DEPENDENCIES\n  ./components/data"',
      [`components/data/${extra}`]: '',
      'components/data/default.env': 'COMPONENT_DEPENDENCIES="$COMPONENT_DEPENDENCIES ./components/base"',
      'components/base/default.env': 'export BASE=1',
      [`more/auth/${extra}`]: '',
      [`more/auth/config/web/${extra}`]: '',
    });
    const names = async (era: string, list: string) =>
      (await files(world.stack(era, tree(list)))).map((file) => file.replace(`/${extra}`, ''));
    const base = 'docker-compose.yml';
    expect(await names('2.26.0', 'BIRDHOUSE_EXTRA_CONF_DIRS')).toEqual([
      base,
      'components/data',
      'components/web',
      'components/web/config/base',
      'more/auth',
      'components/web/config/auth',
      'more/auth/config/web',
    ]);
    expect(await names('1.24.0', 'EXTRA_CONF_DIRS')).toEqual([
      base,
      'components/web',
      'more/auth',
      'components/data',
      'components/web/config/auth',
      'components/web/config/base',
      'more/auth/config/web',
    ]);
    expect(await names('1.23.1', 'EXTRA_CONF_DIRS')).toEqual([base, 'components/web', 'more/auth']);
  });

  it('6: a directory that is missing is a warning, and the rest is read', async () => {
    const directory = world.stack('2.26.0', {
      'env.local': 'BIRDHOUSE_EXTRA_CONF_DIRS="./gone ./here"',
      'here/docker-compose-extra.yml': '',
    });
    const { reading, components } = await read(directory);
    expect(components).toEqual([join(directory, 'here')]);
    expect(reading.warnings).toEqual([
      'Component directory ./gone (in BIRDHOUSE_EXTRA_CONF_DIRS) does not exist: it is left out.',
    ]);
  });

  it('reads another env.local when it is told, which must be there', async () => {
    const directory = world.stack('2.26.0', { 'env.local': 'export A=local' });
    write(directory, { 'other/its.env': 'export A=other SEEN="$BIRDHOUSE_LOCAL_ENV"' });
    const envFile = join(directory, 'other/its.env');
    expect((await read(directory, { envFile })).variables).toMatchObject({ A: 'other', SEEN: envFile });
    symlinkSync('loop', join(directory, 'loop'));
    for (const missing of ['none.env', 'loop']) {
      await expect(read(directory, { envFile: join(directory, missing) })).rejects.toMatchObject({
        type: 'Configuration',
        message: `${join(directory, missing)}, the environment file of this stack, does not exist.`,
      });
    }
  });

  it('reads by the era that it is told', async () => {
    const directory = world.stack('1.14', {
      'env.local': "BIRDHOUSE_EXTRA_CONF_DIRS=./a; export A='$B'; B=1; DELAYED_EVAL=A",
      'a/x': '',
    });
    expect((await read(directory)).variables['A']).toBe('$B');
    const plain = await read(directory, { era: PLAIN_ERA });
    expect(plain.variables['A']).toBe('1');
    expect(plain.components).toEqual([join(directory, 'a')]);
    const basic = await read(directory, { era: PLAIN_ERA, basic: true });
    expect(basic.components).toEqual([]);
  });

  it('tells of a listed component whose name holds that of a component of the checkout, there or not', async () => {
    const directory = world.stack('2.0.0', {
      'default.env':
        'DEFAULT_CONF_DIRS="./components/nest"\nEXTRA_CONF_DIRS="./components/nest-of-later ./private/nest"',
      'components/nest/docker-compose-extra.yml': 'services: {}\n',
      'private/nest/docker-compose-extra.yml': 'services: {}\n',
    });
    const { variables } = await read(directory);
    expect(JSON.parse(variables['BIRDHOUSE_DEPLOY_COMPONENTS_JSON'] ?? '')).toEqual({
      components: [
        'bird-house/birdhouse-deploy:components/nest',
        'bird-house/birdhouse-deploy:components/nest-of-later',
      ],
    });
  });

  it('tells before 1.24 of what the list itself holds, twice and missing as it may be', async () => {
    const directory = world.stack('1.23.1', {
      'env.local': 'EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS\n  ./components/nest\n  ./components/nest-of-later\n"',
      'components/nest/docker-compose-extra.yml': 'services: {}\n',
    });
    const { variables } = await read(directory);
    const [nest, later] = ['components/nest', 'components/nest-of-later'].map(
      (name) => `bird-house/birdhouse-deploy:${name}`,
    );
    expect(JSON.parse(variables['BIRDHOUSE_DEPLOY_COMPONENTS_JSON'] ?? '')).toEqual({
      components: [nest, later, nest, later],
    });
  });

  it('before 1.24 reads the default.env of the first list and takes everything else of the last one', async () => {
    const extra = 'docker-compose-extra.yml';
    const directory = world.stack('1.14', {
      'env.local': 'EXTRA_CONF_DIRS=${FIRST:-./one}; FIRST=./two',
      'one/default.env': 'export ONE=read',
      [`one/${extra}`]: '',
      [`two/${extra}`]: '',
      'two/default.env': 'export TWO=read',
    });
    expect(await files(directory)).toEqual(['docker-compose.yml', `two/${extra}`]);
    const { variables } = await read(directory);
    expect([variables['ONE'], variables['TWO']]).toEqual(['read', undefined]);
  });
});
