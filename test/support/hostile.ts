/** What nobody means to send and somebody will: texts and values for tests of bad input. */
import fc from 'fast-check';

/** Any UTF-16 at all: half characters too, which JSON carries and UTF-8 cannot. */
const brokenText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }).map((units) => {
  return String.fromCharCode(...units);
});

const NASTY = [
  ...['', ' ', '\0', '\n', 'a\nb', 'a\r\nb', '\u2028', '\u001b[31mred', '\u202e', '\ufeff', '\ud800', 'a\udc00'],
  ...['__proto__', 'constructor', 'toString', 'null', 'NaN', '-0', '1e999'],
  ...['$(id)', '`id`', '${HOME}', '%s%n', '--help', '-', '..', '../../etc/passwd', '/etc/passwd', "';--", '<b>|*_`'],
] as const;

export const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  brokenText,
  fc.constantFrom(...NASTY),
  fc.constantFrom('x', '語', '😀', '"', '\u0001', '\ud800', '-').map((unit) => unit.repeat(1_000)),
);

const deep = fc.constantFrom('list', 'map').map((kind) => {
  let value: unknown = 'in the middle';
  for (let depth = 0; depth < 200; depth += 1) value = kind === 'list' ? [value] : { a: value };
  return value;
});

/** What JSON can say. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  hostileText,
  fc.constantFrom(0, -1, 1.5, 2 ** 53, 1e308, true, null, [], {}),
  deep,
  fc.dictionary(hostileText, fc.jsonValue(), { maxKeys: 3, noNullPrototype: true }),
);

/** What a JavaScript value can be. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileJson,
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
  fc.constantFrom(undefined, NaN, Infinity, -0),
);

/** A good value in which one thing is wrong: a part is another value, has gone, or is there besides. */
export const nearly = (good: unknown, wrong: fc.Arbitrary<unknown> = hostileJson): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add'), hostileText, wrong).map(([at, how, name, value]) => {
    const copy: Holder = structuredClone({ good });
    const places = placesIn(copy);
    const { holder, key } = places[at % places.length] ?? { holder: copy, key: 'good' };
    if (how === 'replace') holder[key] = value;
    else if (how === 'remove') delete holder[key];
    else Object.defineProperty(inside(holder[key]), name, { value, enumerable: true, configurable: true });
    return copy['good'];
  });

type Holder = Record<string, unknown>;

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;
const inside = (value: unknown): Holder => (isHolder(value) && !Array.isArray(value) ? value : {});

function placesIn(holder: Holder): { holder: Holder; key: string }[] {
  return Object.keys(holder).flatMap((key) => {
    const value = holder[key];
    return [{ holder, key }, ...(isHolder(value) ? placesIn(value) : [])];
  });
}

/** One line that a person can read: short, and nothing of a program that prints what it has. */
export function isSentence(text: string): boolean {
  const isShown = [...text].every((c) => c >= ' ' && !(c >= '\u007f' && c <= '\u009f'));
  const isHuman = /\p{L}{2,} \p{L}+/u.test(text) && !/\[object |\bundefined\b|\n\s+at /.test(text);
  return isShown && isHuman && text.isWellFormed() && text.length < 500;
}
