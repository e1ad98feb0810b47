import fc from 'fast-check';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERAS } from '../../../../../activities/stack/reader/eras.js';
import { ENV, write } from '../fixture.js';
import { eraWorld, SHELLS, type EraWorld } from './era-world.js';

let world: EraWorld;
beforeAll(() => {
  world = eraWorld();
});
afterAll(() => world.remove());

const env = { ...ENV, BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED: 'False' };
const quoted = (value: string) => `'${value.replaceAll("'", String.raw`'\''`)}'`;
const assigned = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('');

/** What becomes of values of env.local whose names DELAYED_EVAL lists. */
async function evaluated(era: string, list: string, values: Record<string, string>): Promise<Record<string, string>> {
  const directory = world.stack(era, {
    'default.env': `DELAYED_EVAL="$DELAYED_EVAL ${list}"\nX='1  2'\n`,
    'env.local': assigned(values),
  });
  const { exported } = await world.readByAll(directory, { env });
  return Object.fromEntries(Object.keys(values).map((name) => [name, exported[name] ?? '(unset)']));
}
const valueIn = async (era: string, value: string) => (await evaluated(era, 'A', { A: value }))['A'];

const [NEVER, WORDS, COLLAPSED, TEXT] = [
  ['1.14'],
  ['1.22.7', '1.26.7'],
  ['2.1.0', '2.16.0'],
  ['2.18.3', '2.26.0', 'plain'],
];

describe('activities/stack/reader/order-delayed', () => {
  it.each(NEVER)('evaluates nothing in %s', async (era) => {
    expect(await valueIn(era, ' $X ')).toBe(' $X ');
  });

  it.each(WORDS)('in %s blanks collapse, also of what is put in, and quotes go', async (era) => {
    expect(await valueIn(era, `\n  a   "b  c" 'd  $X'\n$X  "$X"\n`)).toBe('a b c d $X 1 2 1  2');
    expect(await valueIn(era, '7 5 * * *')).toBe('7 5 * * *');
  });

  it.each(COLLAPSED)('in %s blanks collapse, but of what is put in', async (era) => {
    expect(await valueIn(era, `\n  a   'd  $X'\n`)).toBe(`a 'd 1  2'`);
    expect(await valueIn(era, '7 5 * * *')).toBe('7 5 * * *');
  });

  it.each(TEXT)(
    '3: in %s the text is kept with leading blanks and line breaks, without those at its end',
    async (era) => {
      expect(await valueIn(era, `\n  a   'd  $X'\n\n    \${X}\n\n`)).toBe(`\n  a   'd  1  2'\n\n    1  2`);
      expect(await valueIn(era, '7 5 * * *')).toBe('7 5 * * *');
      expect(await valueIn(era, '$(printf "  a\\n\\n  b\\n\\n")|`printf c`')).toBe('  a\n\n  b|c');
      expect(await valueIn(era, 'a "b  c" d')).toBe('a b c d');
      expect(await valueIn(era, '\\$X \\\\ ${NONE-x} $((1 + 2))')).toBe('$X \\ x 3');
      expect(await valueIn(era, '')).toBe('');
    },
  );

  it.each([...WORDS, ...COLLAPSED, ...TEXT])('3: a command substitution is run once in %s', async (era) => {
    const log = join(world.root, 'runs');
    const directory = world.stack(era, {
      'default.env': "DELAYED_EVAL='A'\n",
      'env.local': `A='$(echo run >> "${log}"; echo "$B$C")'\nB=b`,
      'one/default.env': '',
    });
    for (const shell of SHELLS) {
      rmSync(log, { force: true });
      const { exported } = await world.read(directory, { env, shell: world.shells[shell] });
      // It is exported, whether or not it was.
      expect(exported['A'], shell).toBe('b');
      expect(readFileSync(log, 'utf8'), shell).toBe('run\n');
    }
  });

  it.each([...COLLAPSED, ...TEXT])('patterns in a command substitution find files in %s', async (era) => {
    expect(await valueIn(era, '$(echo default.e*) *')).toBe('default.env *');
  });

  it.each([...WORDS, ...TEXT])('names are evaluated in the order of the list in %s', async (era) => {
    const chain = { A: '$B', B: '$C', C: 'c' };
    expect(await evaluated(era, 'A B C', chain)).toEqual({ A: '$C', B: 'c', C: 'c' });
    expect(await evaluated(era, 'C B A', chain)).toEqual({ A: 'c', B: 'c', C: 'c' });
  });

  it('a name that is listed twice is evaluated twice up to 1.23, else once', async () => {
    const values = { A: '$B', B: '$C', C: 'c' };
    expect(await evaluated('1.22.7', 'A A', values)).toMatchObject({ A: 'c' });
    for (const era of ['1.24.0', '2.1.0', '2.26.0']) {
      expect(await evaluated(era, 'A A', values), era).toMatchObject({ A: '$C' });
    }
  });

  it.each(['a " $X', '$(echo', '${X', '`echo'])('keeps the text %j since 2.26.0, has nothing before', async (value) => {
    expect(await valueIn('2.26.0', value)).toBe(value);
    expect(await valueIn('plain', value)).toBe(value);
    for (const era of ['1.22.7', '2.1.0', '2.20.3']) expect(await valueIn(era, value), era).toBe('');
  });

  it('tells which text could not be evaluated, and goes on', async () => {
    const directory = world.stack('2.26.0', {
      'default.env': "DELAYED_EVAL='A B'; A='\"s3cret'; B='$C'; C=c",
    });
    const { exported, notes } = await world.readByAll(directory, { env });
    expect(exported).toMatchObject({ A: '"s3cret', B: 'c' });
    expect(notes).toEqual(['A is in DELAYED_EVAL, and its value is no shell text: it could not be evaluated.']);
  });

  it('a text that ends the shell is named', async () => {
    const directory = world.stack('plain', { 'env.local': `DELAYED_EVAL=A; A='"; exit 3; "'` });
    for (const message of await world.refusals(directory)) expect(message).toMatch(/^A \(DELAYED_EVAL\): it ends/);
  });

  it('a text that waits is ended by the limit and named', async () => {
    const directory = world.stack('plain', { 'env.local': "DELAYED_EVAL=A; A='$(sleep 60)'" });
    for (const message of await world.refusals(directory, { timeoutMs: 300 })) {
      expect(message).toMatch(/^A \(DELAYED_EVAL\) was still being read after 0.3 s/);
    }
  });

  it('an unset name becomes empty, and a word that is no name is passed over', async () => {
    const directory = world.stack('2.26.0', { 'default.env': "DELAYED_EVAL='A-B UNSET $X 9 B'; export B='$C'; C=1" });
    const { exported } = await world.readByAll(directory, { env });
    expect(exported).toMatchObject({ UNSET: '', B: '1' });
  });

  it.each(['1.24.0', '2.18.3', '2.18.8', '2.26.0'])(
    'DELAYED_EVAL of the process counts for nothing in %s',
    async (era) => {
      const directory = world.stack(era, { 'env.local': `export A='$X'; X=1` });
      const processWins = ERAS.indexOf(era) >= ERAS.indexOf('2.18.8');
      const { exported } = await world.read(directory, { env: { ...env, DELAYED_EVAL: 'A' } });
      expect(exported['A']).toBe(processWins ? '1' : '$X');
    },
  );

  it.each(SHELLS)('a text without $, `, \\ and " is itself, read by %s', async (kind) => {
    const text = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 12 }),
          fc.constantFrom('\n', "'", '  ', '*', '~', ';', '#', '!'),
        ),
      )
      .map((parts) => parts.join('').replace(/[\0$`\\"]/g, ''))
      // Half a character cannot be written down.
      .map((value) => Buffer.from(value, 'utf8').toString('utf8'));
    const directory = world.stack('plain', {});
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), async (values) => {
        const named = Object.fromEntries(values.map((value, at) => [`V${at}`, value]));
        write(directory, {
          'env.local': `DELAYED_EVAL='${Object.keys(named).join('\n ')}'\n${assigned(named)}`,
        });
        const { exported } = await world.read(directory, { shell: world.shells[kind] });
        for (const [name, value] of Object.entries(named)) expect(exported[name]).toBe(value.replace(/\n+$/, ''));
      }),
      { numRuns: 8 },
    );
    expect(existsSync(directory)).toBe(true);
  });
});
