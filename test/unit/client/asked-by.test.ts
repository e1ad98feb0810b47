import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askedBy } from '../../../client/asked-by.js';

describe('client/asked-by', () => {
  it.each([
    [{ user: 'ann', sudoUser: undefined, machine: 'alpha' }, 'ann@alpha'],
    [{ user: 'root', sudoUser: 'ann', machine: 'alpha' }, 'ann@alpha (sudo)'],
    [{ user: 'root', sudoUser: undefined, machine: 'alpha' }, 'root@alpha'],
    [{ user: 'root', sudoUser: 'root', machine: 'alpha' }, 'root@alpha'],
    [{ user: 'bob', sudoUser: 'ann', machine: 'alpha' }, 'bob@alpha'],
    [{ user: '', sudoUser: undefined, machine: '' }, 'unknown@unknown'],
    [{ user: 'a b@c', sudoUser: undefined, machine: 'x y' }, 'a-b-c@x-y'],
  ])('%j is %s', (asker, text) => {
    expect(askedBy(asker)).toBe(text);
  });

  it('is one short printable word with one @, whatever the environment holds', () => {
    const any = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(any, fc.option(any, { nil: undefined }), any, (user, sudoUser, machine) => {
        const text = askedBy({ user, sudoUser, machine });
        expect(text).toMatch(/^[^\s@]+@[^\s@]+( \(sudo\))?$/);
        expect(text.length).toBeLessThan(140);
      }),
    );
  });
});
