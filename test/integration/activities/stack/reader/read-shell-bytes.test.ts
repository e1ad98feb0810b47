import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../../../../activities/shared/bytes.js';
import { ENV, write } from '../fixture.js';
import { eraWorld, SHELLS, type EraWorld } from './era-world.js';

let world: EraWorld;
beforeAll(() => {
  world = eraWorld();
});
afterAll(() => world.remove());

/** Anything but NUL: characters, pieces of them, and what a shell or our own words could trip over. */
const value = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }).map((text) => Buffer.from(text, 'utf8')),
      fc.uint8Array({ maxLength: 10 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          "'",
          '\n',
          '\r\n',
          '\\',
          '"',
          '`',
          '$(exit)',
          '${X',
          '%s',
          '\x01',
          '\x7f',
          '\x81',
          '\x84',
          '*',
          '~',
        )
        .map((text) => Buffer.from(text, 'latin1')),
      fc
        .constantFrom('exported', 'set', 'stop', 'file', 'done', '\nNAME=x\n', "\nB='", 'export A=')
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts).filter((byte) => byte !== 0))
  .map((bytes) => Buffer.from(bytes));

const assignment = (name: string, bytes: Buffer) =>
  Buffer.concat([
    Buffer.from(`${name}='`),
    Buffer.from(bytes.toString('latin1').replaceAll("'", String.raw`'\''`), 'latin1'),
    Buffer.from("'\n"),
  ]);

describe('activities/stack/reader/read-shell-bytes', () => {
  it.each(SHELLS.flatMap((kind) => ['C', 'C.UTF-8'].map((locale) => [kind, locale] as const)))(
    'any value of env.local comes back byte for byte from %s in the locale %s',
    async (kind, locale) => {
      const directory = world.stack('plain', {});
      const exported = fc.tuple(value, fc.boolean());
      await fc.assert(
        fc.asyncProperty(fc.array(exported, { minLength: 5, maxLength: 40 }), async (values) => {
          const lines = values.map(([bytes, isExported], at) =>
            assignment(`${isExported ? 'export ' : ''}V${at}`, bytes),
          );
          write(directory, { 'env.local': Buffer.concat(lines) });
          const reading = await world.read(directory, {
            shell: world.shells[kind],
            env: { ...ENV, LANG: locale, LC_ALL: locale },
          });
          for (const [at, [bytes, isExported]] of values.entries()) {
            const told = reading.all[`V${at}`];
            expect(told === undefined ? 'unset' : encode(told)).toEqual(bytes);
            expect(reading.exported[`V${at}`] !== undefined).toBe(isExported);
          }
        }),
        { numRuns: 12 },
      );
    },
  );

  it('the process environment comes back as well, and beats env.local', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).map((given) => given.replaceAll('\0', ''));
    const directory = world.stack('2.26.0', { 'env.local': 'export V0=local V1=local V2=local' });
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text, text), async (values) => {
        const given = Object.fromEntries(values.map((each, at) => [`V${at}`, Buffer.from(each).toString()]));
        const { exported } = await world.readByAll(directory, { env: { ...ENV, ...given } });
        expect(exported).toMatchObject(given);
      }),
      { numRuns: 12 },
    );
  });
});
