import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERAS } from '../../../../../activities/stack/reader/eras.js';
import { eraCalled } from '../../../../support/era-stack.js';
import { ENV, write } from '../fixture.js';
import { eraWorld, type EraWorld } from './era-world.js';

let world: EraWorld;
beforeAll(() => {
  world = eraWorld();
});
afterAll(() => world.remove());

const ALL = [...ERAS, 'plain'];
const OVERRIDES = './optional-components/backwards-compatible-overrides';
const listsOf = (era: string) => eraCalled(era).generation.lists;
const since = (from: string) => ERAS.slice(ERAS.indexOf(from));
const OFF = { ...ENV, BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED: 'False' };

describe('activities/stack/reader/order', () => {
  it.each(ALL)('2: process, env.local, component and default beat each other as in %s', async (era) => {
    const names = (value: string, ...all: string[]) => all.map((name) => `export ${name}=${value}\n`).join('');
    const directory = world.stack(era, {
      'default.env': names('default', 'BASE', 'COMPONENT', 'LOCAL', 'PROCESS'),
      'env.local': `${listsOf(era).extra}="./one ./two"\n${names('local', 'LOCAL', 'PROCESS')}`,
      'one/default.env': names('one', 'COMPONENT', 'LOCAL', 'PROCESS'),
      'two/default.env': names('two', 'COMPONENT', 'LOCAL', 'PROCESS'),
    });
    const { exported, era: found } = await world.readByAll(directory, {
      env: { ...OFF, PROCESS: 'process', NOBODY: 'process' },
    });
    expect(found.name).toBe(era);
    expect(exported).toMatchObject({
      BASE: 'default',
      COMPONENT: 'two',
      LOCAL: 'local',
      PROCESS: since('2.18.8').includes(era) ? 'process' : 'local',
      NOBODY: 'process',
    });
  });

  it.each(ALL)('a component that asks is told where it lies, and nothing of that is left, as in %s', async (era) => {
    const directory = world.stack(era, {
      'env.local': `${listsOf(era).extra}="./one ./two"`,
      'one/default.env': 'export ONE_DIR="${BIRDKEEPER_COMPONENT_DIR:-nowhere}"',
      'two/default.env': 'export TWO=two',
    });
    const { exported, all } = await world.readByAll(directory, { env: OFF });
    expect(exported).toMatchObject({ ONE_DIR: join(directory, 'one'), TWO: 'two' });
    expect(all).not.toHaveProperty('BIRDKEEPER_COMPONENT_DIR');
  });

  it('a process variable beats every file, as exported as it was, and an empty one too', async () => {
    const directory = world.stack('2.26.0', {
      'default.env': 'A=default; export SEEN="$A"',
      'env.local': 'A=local; B=local; export SEEN="$A"; export BIRDHOUSE_EXTRA_CONF_DIRS=./one',
      'one/default.env': 'export SEEN_BY_ONE="$A"; unset A',
    });
    const { exported } = await world.readByAll(directory, { env: { ...OFF, A: 'it\'s\n "$x" \\n', B: '' } });
    expect(exported).toMatchObject({ A: 'it\'s\n "$x" \\n', B: '', SEEN: 'local', SEEN_BY_ONE: 'it\'s\n "$x" \\n' });
  });

  it('a list of components in the process environment counts where it beats env.local', async () => {
    const files = { 'env.local': 'BIRDHOUSE_EXTRA_CONF_DIRS=./one', 'one/x': '', 'two/x': '' };
    const env = { ...OFF, BIRDHOUSE_EXTRA_CONF_DIRS: './two' };
    const spellings = async (era: string) =>
      (await world.readByAll(world.stack(era, files), { env })).listed.map(({ spelling }) => spelling);
    expect(await spellings('2.18.8')).toEqual(['./two']);
    expect(await spellings('2.18.3')).toEqual(['./one']);
  });

  it.each(['1.25.4', '2.26.0', 'plain'])('loads dependencies first and env.local last in %s', async (era) => {
    const directory = world.stack(era, {
      'default.env': `ORDER=default\n${listsOf(era).default}="./a"`,
      'env.local': `ORDER="$ORDER local"\n${listsOf(era).extra}="./x ./gone"`,
      'a/default.env': 'ORDER="$ORDER a"\nCOMPONENT_DEPENDENCIES="./b"\n',
      'b/default.env': 'ORDER="$ORDER b"\nCOMPONENT_DEPENDENCIES=./c',
      'c/default.env':
        'ORDER="$ORDER c"\nfor each in ./d ./b/../d; do COMPONENT_DEPENDENCIES="$COMPONENT_DEPENDENCIES $each"; done',
      'd/docker-compose-extra.yml': '',
      'x/default.env': 'ORDER="$ORDER x"',
    });
    const { all, listed, warnings } = await world.readByAll(directory, { env: OFF });
    expect(all['ORDER']).toBe('default local c b a x local');
    expect(listed.map(({ spelling }) => spelling)).toEqual(['./d', './c', './b', './a', './x', './gone']);
    expect(warnings).toEqual([
      'Component ./b/../d is listed twice (also as ./d): it counts once.',
      `Component directory ./gone (in ${listsOf(era).extra}) does not exist: it is left out.`,
    ]);
    expect(all['ALL_CONF_DIRS']?.split(/\s+/).filter((word) => word !== '')).toEqual(
      listed.map(({ spelling }) => spelling),
    );
  });

  it('loads dependencies last, breadth first, in 1.24.0', async () => {
    const directory = world.stack('1.24.0', {
      'default.env': 'ORDER=default\nDEFAULT_CONF_DIRS=./a',
      'env.local': 'ORDER="$ORDER local"\nEXTRA_CONF_DIRS="./x"',
      'a/default.env': 'ORDER="$ORDER a"\nCOMPONENT_DEPENDENCIES="$COMPONENT_DEPENDENCIES ./b ./c"',
      'b/default.env': 'ORDER="$ORDER b"\nCOMPONENT_DEPENDENCIES="$COMPONENT_DEPENDENCIES ./d"',
      'c/default.env': 'ORDER="$ORDER c"',
      'd/default.env': 'ORDER="$ORDER d"',
      'x/default.env': 'ORDER="$ORDER x"',
    });
    expect((await world.readByAll(directory)).all['ORDER']).toBe('default local a x b c d local');
  });

  it('knows neither a default list nor dependencies before', async () => {
    const directory = world.stack('1.22.11', {
      'env.local': 'EXTRA_CONF_DIRS="./x"; DEFAULT_CONF_DIRS=./b',
      'x/default.env': 'COMPONENT_DEPENDENCIES=./b',
      'b/default.env': 'export B=1',
    });
    const { listed, exported, all } = await world.readByAll(directory);
    expect(listed.map(({ spelling }) => spelling)).toEqual(['./x']);
    expect(exported).not.toHaveProperty('B');
    expect(all).not.toHaveProperty('ALL_CONF_DIRS');
  });

  it('names a circle of components, two spellings of one among them', async () => {
    const directory = world.stack('2.26.0', {
      'env.local': 'BIRDHOUSE_EXTRA_CONF_DIRS=./a',
      'a/default.env': 'COMPONENT_DEPENDENCIES="b"',
      'b/default.env': 'COMPONENT_DEPENDENCIES="b/../a"',
    });
    for (const message of await world.refusals(directory, { env: OFF })) {
      expect(message).toContain('in a circle: ./a → b → b/../a.');
    }
  });

  it.each(['1.14', '1.24.0', '2.26.0'])('expands patterns in a list of components in %s', async (era) => {
    const directory = world.stack(era, {
      'env.local': `${listsOf(era).extra}="./extra/*  none-*\n\t./last"`,
      'extra/b/default.env': 'export LAST=b',
      'extra/a b/default.env': 'export LAST=a',
      'last/x': '',
    });
    const { listed, exported } = await world.readByAll(directory, { env: OFF });
    const named = listed.filter(({ exists }) => exists).map(({ spelling }) => spelling);
    expect(named).toEqual(['./extra/a b', './extra/b', './last']);
    expect(exported['LAST']).toBe('b');
  });

  it.each(ALL)('reads without the components in %s when that is asked', async (era) => {
    const directory = world.stack(era, {
      'default.env': `A=default\n${listsOf(era).extra}=./one`,
      'env.local': 'A="$A local"',
      'one/default.env': 'export ONE=1',
    });
    const { files, listed, all } = await world.readByAll(directory, { basic: true });
    expect(files).toEqual([join(directory, 'default.env'), join(directory, 'env.local')]);
    expect(listed).toEqual([]);
    expect(all['A']).toBe('default local');
    expect(all).not.toHaveProperty('ONE');
    expect(all).not.toHaveProperty('ALL_CONF_DIRS');
  });

  it.each(['1.14', '1.22.7', '2.0.6', '2.16.0'])(
    'begins the lists of %s with those of the compose script',
    async (era) => {
      const directory = world.stack(
        era,
        { 'env.local': 'export VARS="$VARS\n  \\$MINE"\nOPTIONAL_VARS="$OPTIONAL_VARS \\$MY_OTHER"' },
        { required: '\n  $A\n  ${B}', optional: '' },
      );
      const { all } = await world.readByAll(directory, { env: OFF, basic: true });
      expect(all).toMatchObject({ VARS: '\n  $A\n  ${B}\n  $MINE', OPTIONAL_VARS: ' $MY_OTHER' });
    },
  );

  it('begins them with those of default.env since 2.18.3', async () => {
    const directory = world.stack('2.18.3', { 'env.local': 'VARS="$VARS \\$B"' }, { required: '$A', optional: '$C' });
    const { all } = await world.readByAll(directory, { basic: true, env: OFF });
    expect(all).toMatchObject({ VARS: '$A $B', OPTIONAL_VARS: '$C' });
  });

  it.each([
    ['1.14', 'link', undefined, []],
    ['1.25.4', 'link', undefined, []],
    ['1.26.3', 'link', 'real', []],
    ['2.4.0', 'real', 'real', ['BIRDHOUSE_LOCAL_ENV']],
    [
      '2.18.9',
      'real',
      'real',
      ['BIRDHOUSE_LOCAL_ENV', 'BIRDHOUSE_LOCAL_ENV_REAL_PATH', 'BIRDHOUSE_LOCAL_ENV_REAL_DIR'],
    ],
    ['plain', 'link', undefined, []],
  ] as const)('tells where env.local lies as in %s', async (era, named, real, exports) => {
    const directory = world.stack(era, {});
    const elsewhere = join(directory, '..', 'private');
    write(elsewhere, { 'its.env': 'export SEEN="$BIRDHOUSE_LOCAL_ENV"' });
    symlinkSync('../private/its.env', join(directory, 'env.local'));
    const paths = { link: join(directory, 'env.local'), real: join(elsewhere, 'its.env') };
    const { all, exported } = await world.readByAll(directory, { env: OFF });
    expect(all['SEEN']).toBe(paths[named]);
    expect(all['BIRDHOUSE_LOCAL_ENV']).toBe(paths[named]);
    expect(all['BIRDHOUSE_LOCAL_ENV_REAL_PATH']).toBe(real && paths[real]);
    expect(all['BIRDHOUSE_LOCAL_ENV_REAL_DIR']).toBe(real && elsewhere);
    expect(
      Object.keys(exported)
        .filter((name) => name.startsWith('BIRDHOUSE_LOCAL_ENV'))
        .sort(),
    ).toEqual([...exports].sort());
  });

  it('does without an env.local, whose directory is there', async () => {
    const directory = world.stack('2.26.0', { 'default.env': 'export A=1' });
    const { exported, files } = await world.readByAll(directory, { env: OFF });
    expect(exported).toMatchObject({ A: '1', BIRDHOUSE_LOCAL_ENV_REAL_PATH: join(directory, 'env.local') });
    expect(files).toEqual([join(directory, 'default.env')]);
  });

  it.each(ALL)('exports COMPOSE_DIR and names the script as %s does', async (era) => {
    const directory = world.stack(era, { 'env.local': 'SEEN="$COMPOSE_DIR"' });
    const { all, exported } = await world.readByAll(directory, { env: OFF });
    expect(all).toMatchObject({ COMPOSE_DIR: directory, SEEN: directory });
    const exports = [...since('2.15.0'), 'plain'].includes(era);
    expect(exported['COMPOSE_DIR']).toBe(exports ? directory : undefined);
    const script = since('2.4.0').includes(era) ? join(directory, 'birdhouse-compose.sh') : undefined;
    expect(exported['BIRDHOUSE_COMPOSE']).toBe(script);
    const given = await world.read(directory, { env: { ...OFF, COMPOSE_DIR: '/elsewhere' } });
    expect(given.exported['COMPOSE_DIR']).toBe(directory);
  });

  it('tells the levels of the log where the scripts set them', async () => {
    const of = async (era: string, env = OFF) => (await world.read(world.stack(era, {}), { env })).all;
    expect(Object.keys(await of('2.0.0')).filter((name) => name.includes('LOG'))).toEqual([]);
    expect(await of('2.1.0')).toMatchObject({ BIRDHOUSE_LOG_LEVEL: 'INFO', LOG_WARN: 'WARNING:  ' });
    expect(await of('2.1.0')).not.toHaveProperty('BIRDHOUSE_LOG_FD');
    const given = { ...OFF, BIRDHOUSE_LOG_LEVEL: 'DEBUG' };
    expect(await of('2.26.0', given)).toMatchObject({ BIRDHOUSE_LOG_LEVEL: 'DEBUG', BIRDHOUSE_FAIL_FAST: 'true' });
  });

  it('reads a component of another repository, and one by a link', async () => {
    const directory = world.stack('2.26.0', {
      'default.env': `A=1`,
      'env.local': `BIRDHOUSE_EXTRA_CONF_DIRS="../elsewhere/it ./link ../sibling"`,
    });
    write(join(directory, '..', 'elsewhere/it'), { 'default.env': 'export IT="$A"' });
    write(join(directory, '..', 'sibling'), { 'default.env': 'export SIBLING=1' });
    mkdirSync(join(world.root, 'linked'));
    symlinkSync(join(world.root, 'linked'), join(directory, 'link'));
    const { exported, components } = await world.readByAll(directory, { env: OFF });
    expect(exported).toMatchObject({ IT: '1', SIBLING: '1' });
    expect(components).toHaveLength(3);
  });

  it(`appends ${OVERRIDES} where deprecated names are allowed`, async () => {
    const files = { [`${OVERRIDES}/default.env`]: 'export OVERRIDDEN=1', 'env.local': 'BIRDHOUSE_EXTRA_CONF_DIRS=' };
    for (const era of ['2.4.0', '2.26.0']) {
      const directory = world.stack(era, files);
      const { exported, listed } = await world.readByAll(directory);
      expect(exported['OVERRIDDEN'], era).toBe('1');
      expect(listed.at(-1)?.spelling).toBe(OVERRIDES);
      expect((await world.read(directory, { env: OFF })).exported).not.toHaveProperty('OVERRIDDEN');
    }
  });
});
