/** Pieces of schemas for YAML files that people write by hand: what is wrong is told as the rest of a sentence. Pure. */
import { z } from 'zod';

const MAP = 'should be a map (KEY: VALUE, one a line)';

/** Unknown keys get their message where the known ones are known. */
export const strictMap = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: ({ code }) => (code === 'unrecognized_keys' ? undefined : MAP) });

export const looseMap = () => z.looseObject({}, { error: MAP });

export const listOf = <T extends z.ZodType>(entry: T, what: string) =>
  z.array(entry, { error: `should be a list of ${what}` });

/** Text that is not blank. */
export const text = (what: string) =>
  z
    .string({ error: `should be ${what}` })
    .refine((value) => value.trim() !== '' && !value.includes('\0'), { error: `should be ${what}` });

/** A value that a function understands or refuses by a RangeError whose message begins with "should". */
export const understood = <T>(parse: (value: unknown) => T) =>
  z.unknown().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  understood((value): Words[number] => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new RangeError(`should be one of: ${words.join(', ')}`);
    return word;
  });
