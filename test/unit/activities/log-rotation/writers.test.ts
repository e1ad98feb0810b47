import { describe, expect, it } from 'vitest';
import { writerKind } from '../../../../activities/log-rotation/writers.js';

describe('activities/log-rotation/writers', () => {
  it.each([
    ['read only', '0100000', undefined],
    ['written where it left off', '0100001', 'positioned'],
    ['read and written', '0100002', 'positioned'],
    ['appended to', '0102001', 'appending'],
    ['read and appended to', '02102002', 'appending'],
  ])('a file that is %s', (_, flags, kind) => {
    expect(writerKind(`pos:\t0\nflags:\t${flags}\nmnt_id:\t24\n`)).toBe(kind);
  });

  it('a process that ended writes nothing', () => {
    expect(writerKind('')).toBeUndefined();
  });
});
