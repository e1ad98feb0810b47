import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIdentity, rivals, stillThere, workerIdentity } from '../../../worker/other-worker.js';

const NOW = 1_000_000;
const other = workerIdentity({ pid: 7, machine: 'alpha', stateId: '0badcafe' });
const ours = workerIdentity({ pid: 8, machine: 'alpha', stateId: 'c0ffee00' });

describe('worker/other-worker', () => {
  it('an identity is read back as it was written, whatever the machine is called', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.string({ unit: 'grapheme-ascii' }),
        fc.stringMatching(/^[0-9a-f]{8}$/),
        (pid, machine, stateId) => {
          const place = { pid, machine, stateId };
          expect(readIdentity(workerIdentity(place))).toEqual(place);
        },
      ),
    );
  });

  it.each([
    ['one of another state directory, seen lately', [{ identity: other, at: NOW - 74_000 }], ['0badcafe']],
    ['one of another state directory, silent for longer than a poll', [{ identity: other, at: NOW - 76_000 }], []],
    ['ourselves before a restart', [{ identity: ours, at: NOW }], []],
    ['a client that is none of ours', [{ identity: '12@alpha', at: NOW }], []],
    ['nobody', [], []],
  ])('counts as a rival: %s', (_, seen, expected) => {
    expect(rivals(seen, 'c0ffee00', NOW).map(({ stateId }) => stateId)).toEqual(expected);
  });

  it.each([
    ['has polled again', [{ identity: other, at: NOW + 1 }], other],
    ['was seen once', [{ identity: other, at: NOW }], undefined],
    ['has left', [], undefined],
  ])('is still there: one that %s', (_, after, expected) => {
    expect(stillThere([{ identity: other, at: NOW }], after)?.identity).toBe(expected);
  });

  it('one that begins between two looks is waited for as well, and not taken for one that stayed', () => {
    expect(stillThere([], [{ identity: other, at: NOW }])).toBeUndefined();
  });
});
