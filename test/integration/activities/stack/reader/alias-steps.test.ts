import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALIASES } from '../../../../../activities/stack/reader/alias-table.js';
import { ERAS } from '../../../../../activities/stack/reader/eras.js';
import { ENV } from '../fixture.js';
import { eraWorld, type EraWorld } from './era-world.js';

let world: EraWorld;
beforeAll(() => {
  world = eraWorld();
});
afterAll(() => world.remove());

const TABLE = 'BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES';
const ALLOWED = 'BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED';
/** A table as a checkout brings one. */
const DEFAULTS = `
export ${TABLE}="
  OLD_A=NEW_A
  OLD_B=NEW_B
  EXTRA_CONF_DIRS=BIRDHOUSE_EXTRA_CONF_DIRS
  DEFAULT_CONF_DIRS=BIRDHOUSE_DEFAULT_CONF_DIRS
"
${TABLE}_PRE_COMPONENTS="EXTRA_CONF_DIRS DEFAULT_CONF_DIRS"
`;
const OVERRIDES = { 'optional-components/backwards-compatible-overrides/x': '' };

const stack = (era: string, local: string, more: Record<string, string> = {}) => {
  const { 'default.env': defaults = '', ...files } = more;
  return world.stack(era, { ...OVERRIDES, 'default.env': `${DEFAULTS}${defaults}`, 'env.local': local, ...files });
};
const read = (
  era: string,
  local: string,
  more: { files?: Record<string, string>; env?: Record<string, string> } = {},
) => world.readByAll(stack(era, local, more.files), { env: { ...ENV, ...more.env } });

const SINCE = (from: string, before?: string) =>
  ERAS.slice(ERAS.indexOf(from), before === undefined ? undefined : ERAS.indexOf(before));
const FIRST_WAY = ['2.4.0', '2.16.0'];
const TODAY = ['2.18.3', '2.26.0'];

describe('activities/stack/reader/alias-steps', () => {
  it('knows no deprecated names before 2.4.0', async () => {
    for (const era of SINCE('1.14', '2.4.0')) {
      const directory = stack(era, 'OLD_A=old; NEW_B=new');
      const { all, notes } = await world.read(directory);
      expect([all['NEW_A'], all['OLD_B'], notes], era).toEqual([undefined, undefined, []]);
    }
  });

  it.each([...FIRST_WAY, ...TODAY])(
    '1: in %s an old name gives its value to the new one, and beats it',
    async (era) => {
      const { exported, notes } = await read(era, 'OLD_A=old; export OLD_B="of old" NEW_B="of new"', {
        files: { 'default.env': 'export NEW_A=default' },
      });
      expect(exported).toMatchObject({ NEW_A: 'old', NEW_B: 'of old', OLD_B: 'of old' });
      expect(notes).toEqual([
        'OLD_A is deprecated: write NEW_A in its place.',
        'OLD_B is deprecated: write NEW_B in its place.',
      ]);
    },
  );

  it.each([...FIRST_WAY, ...TODAY])(
    'in %s an old name that nobody sets takes the value of the new one',
    async (era) => {
      const { exported, notes } = await read(era, 'NEW_A=new', { files: { 'default.env': 'NEW_B=default' } });
      expect(exported).toMatchObject({ OLD_A: 'new', OLD_B: 'default' });
      expect(notes).toEqual([]);
    },
  );

  it.each(TODAY)(
    'in %s values keep their blanks, line breaks and patterns, but for line breaks at the end',
    async (era) => {
      const value = '7 5 * * *\n   "x"  \\n $Y \n\n';
      const kept = value.replace(/\n+$/, '');
      const { exported } = await read(era, `NEW_A='${value}'; export OLD_B='${value}'`);
      expect(exported).toMatchObject({ NEW_A: kept, OLD_A: kept, NEW_B: kept, OLD_B: value });
    },
  );

  it.each(FIRST_WAY)('in %s copies have single blanks, and what was filled is not given back', async (era) => {
    const value = '7 5  * * *\n  x\n';
    const { exported, all } = await read(era, `NEW_A='${value}'; OLD_B='${value}'`);
    expect(exported).toMatchObject({ OLD_A: '7 5 * * * x', NEW_B: '7 5 * * * x' });
    expect(all).toMatchObject({ NEW_A: value, OLD_B: value });
  });

  it.each([...FIRST_WAY, ...TODAY])('in %s they count unless they are forbidden', async (era) => {
    const old = async (env: Record<string, string>, local = '') =>
      (await read(era, `OLD_A=old; NEW_A=new\n${local}`, { env })).all['NEW_A'];
    expect(await old({})).toBe('old');
    expect(await old({ [ALLOWED]: 'True' })).toBe('old');
    for (const other of ['False', '', 'true']) expect(await old({ [ALLOWED]: other }), other).toBe('new');
    expect(await old({}, `${ALLOWED}=False`)).toBe('new');
    expect(await old({ __BIRDHOUSE_SUPPORTED_INTERFACE: 'True' })).toBe('new');
    expect(await old({ __BIRDHOUSE_SUPPORTED_INTERFACE: 'True' }, `${ALLOWED}=True`)).toBe('old');
  });

  it.each(TODAY)('in %s env.local may extend the table', async (era) => {
    const { exported, notes } = await read(
      era,
      `${TABLE}="$${TABLE}\n  MY_OLD=MY_NEW OLD_A 1=2"\nMY_OLD=mine; OLD_A=old`,
    );
    expect(exported).toMatchObject({ MY_NEW: 'mine', NEW_A: 'old' });
    expect(notes).toEqual([
      'BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES holds words that are not OLD=NEW: 1=2.',
      'OLD_A is deprecated: write NEW_A in its place.',
      'MY_OLD is deprecated: write MY_NEW in its place.',
    ]);
  });

  it.each(['2.18.3', '2.26.0'])(
    '1: in %s old names of components count before the components are loaded',
    async (era) => {
      const { exported, listed } = await read(era, 'EXTRA_CONF_DIRS=./one; BIRDHOUSE_EXTRA_CONF_DIRS=./two', {
        files: { 'one/default.env': 'export ONE=1; export OLD_A=of-one', 'two/default.env': 'export TWO=2' },
      });
      expect(exported).toMatchObject({ ONE: '1', NEW_A: 'of-one' });
      expect(exported).not.toHaveProperty('TWO');
      expect(listed[0]).toEqual({ spelling: './one', askedBy: 'BIRDHOUSE_EXTRA_CONF_DIRS', exists: true });
    },
  );

  it.each(TODAY)('1: in %s lists that hold a new name get the old one, which may be evaluated late', async (era) => {
    const { all, exported } = await read(era, "OLD_A='$X'; NEW_B='$X'; X=x", {
      files: { 'default.env': "VARS='\n $NEW_A\n'; OPTIONAL_VARS='$NEW_B $OTHER'; DELAYED_EVAL='\nNEW_A NEW_B'" },
    });
    expect(all).toMatchObject({
      VARS: '\n $NEW_A\n\n  $OLD_A',
      OPTIONAL_VARS: '$NEW_B $OTHER\n  $OLD_B',
      DELAYED_EVAL: '\nNEW_A NEW_B\n  OLD_A\n  OLD_B',
    });
    expect(exported).toMatchObject({ NEW_A: 'x', OLD_A: 'x', NEW_B: 'x', OLD_B: 'x' });
  });

  it('leaves the lists alone before 2.18.3', async () => {
    const directory = world.stack(
      '2.16.0',
      { ...OVERRIDES, 'default.env': DEFAULTS, 'env.local': 'OLD_A=a' },
      { required: '$NEW_A', optional: '' },
    );
    expect((await world.readByAll(directory)).all['VARS']).toBe('$NEW_A');
  });

  it('an old name in the process environment beats env.local and the new name', async () => {
    const { exported } = await read('2.26.0', 'OLD_A=local; NEW_A=new', { env: { OLD_A: 'process' } });
    expect(exported).toMatchObject({ OLD_A: 'process', NEW_A: 'process' });
  });

  it('puts values back that were fixed before they had a name', async () => {
    const list = 'export BIRDHOUSE_BACKWARDS_COMPATIBLE_HARDCODED_DEFAULTS="\n  NEW_DIR=/former\n  SET=/former\n"';
    const defaults = "export __DEFAULT_NEW_DIR=/now NEW_DIR='${__DEFAULT_NEW_DIR}' SET='${__DEFAULT_SET}'";
    const { exported } = await read('2.26.0', 'SET=/mine', { files: { 'default.env': `${list}\n${defaults}\n` } });
    expect(exported).toMatchObject({ NEW_DIR: '/former', SET: '/mine' });
    const forbidden = await read('2.26.0', `${ALLOWED}=False`, { files: { 'default.env': `${list}\n${defaults}\n` } });
    expect(forbidden.exported['NEW_DIR']).toBe('${__DEFAULT_NEW_DIR}');
  });

  it('without the scripts of birdhouse-deploy every pair of its table counts', async () => {
    const old = ALIASES.filter(([name]) => !name.endsWith('CONF_DIRS'));
    const given = await world.readByAll(
      world.stack('plain', { 'env.local': old.map(([name], at) => `${name}='of old ${at}'\n`).join('') }),
    );
    for (const [at, [name, replacement]] of old.entries()) {
      expect(given.exported[replacement], name).toBe(`of old ${at}`);
    }
    const taken = await world.readByAll(
      world.stack('plain', { 'env.local': old.map(([, name], at) => `${name}='of new ${at}'\n`).join('') }),
    );
    for (const [at, [name]] of old.entries()) expect(taken.exported[name], name).toBe(`of new ${at}`);
  });

  it('without them a blank old name gives way to a new one that holds something', async () => {
    const { all } = await world.readByAll(
      world.stack('plain', {
        'env.local': 'DOC_URL=" "; BIRDHOUSE_DOC_URL=new; SUPPORT_EMAIL=; BIRDHOUSE_SUPPORT_EMAIL=',
      }),
    );
    expect(all).toMatchObject({ BIRDHOUSE_DOC_URL: 'new', BIRDHOUSE_SUPPORT_EMAIL: '' });
  });
});
