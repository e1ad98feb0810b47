import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginsWith,
  chooseFill,
  cutLength,
  FILLS,
  isSameButPadding,
  leftPadding,
  padding,
  planCut,
} from '../../../../activities/log-rotation/cut-plan.js';

const BLOCK = 16;

/** What the file system, the padding and the copy make of a log. Undefined when it cannot be cut. */
function cut(log: Buffer, recorded: number) {
  const linesEnd = log.lastIndexOf('\n') + 1;
  const length = cutLength(linesEnd, BLOCK);
  const plan = planCut(length, log.subarray(length, linesEnd));
  if (!plan) return undefined;
  const fill = chooseFill(plan.end - plan.length, log);
  const from = leftPadding(recorded, log);
  const padded = Buffer.concat([
    log.subarray(0, plan.length),
    padding(plan.end - plan.length, fill),
    log.subarray(plan.end),
  ]);
  return { plan, fill, from, copy: log.subarray(from, plan.end), padded, left: padded.subarray(plan.length) };
}

const aLine = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t'), maxLength: 40 }).map((text) => `${text}\n`);
const someLines = fc.array(aLine, { maxLength: 12 }).map((lines) => Buffer.from(lines.join('')));

describe('activities/log-rotation/cut-plan', () => {
  it('whole blocks are taken off, and the copy ends with the line that lies across them', () => {
    const log = Buffer.from('0123456789\nabcdefghij\nend\nhalf');
    expect(cut(log, 0)).toMatchObject({
      plan: { length: 16, end: 22 },
      copy: Buffer.from('0123456789\nabcdefghij\n'),
      left: Buffer.from('     \nend\nhalf'),
    });
  });

  it.each([
    ['an empty log', ''],
    ['a log of less than a block', 'short\n'],
    ['a log that ends with its first block', '0123456789abcde\n'],
    ['a log without a whole line', 'x'.repeat(100)],
    ['a log whose only whole line lies in the first block', `short\n${'x'.repeat(100)}`],
  ])('%s is not cut', (_, text) => {
    expect(cut(Buffer.from(text), 0)).toBeUndefined();
  });

  it('a newline alone is no room for a padding: the next line goes too', () => {
    expect(planCut(BLOCK, Buffer.from('\nnext\n'))).toEqual({ length: BLOCK, end: BLOCK + 6 });
  });

  it('in any number of rotations the copies and what is left hold each byte once, and whole lines', () => {
    fc.assert(
      fc.property(fc.array(someLines, { minLength: 1, maxLength: 6 }), fc.string({ maxLength: 5 }), (parts, half) => {
        let [live, recorded] = [Buffer.alloc(0), 0];
        const copies: Buffer[] = [];
        for (const part of parts) {
          live = Buffer.concat([live, part]);
          const done = cut(live, recorded);
          if (!done) continue;
          expect(done.copy.at(-1) ?? 0x0a).toBe(0x0a);
          expect(done.plan.length % BLOCK).toBe(0);
          copies.push(done.copy);
          live = Buffer.from(done.left);
          recorded = done.plan.end - done.plan.length;
        }
        live = Buffer.concat([live, Buffer.from(half)]);
        const found = Buffer.concat([...copies, live.subarray(leftPadding(recorded, live))]);
        expect(found.toString()).toBe(Buffer.concat([...parts, Buffer.from(half)]).toString());
      }),
      { numRuns: 500 },
    );
  });

  it('the beginning of the log tells whether the cut was made, whatever the lines are', () => {
    fc.assert(
      fc.property(someLines, fc.nat(40), (log, recorded) => {
        const done = cut(log, recorded);
        if (!done) return;
        const mark = padding(done.plan.end - done.plan.length, done.fill);
        expect(beginsWith(log, mark)).toBe(false);
        expect(beginsWith(done.padded, mark)).toBe(false);
        expect(beginsWith(done.left, mark)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('a log with a padding that was written in part is the one that was copied, another log is not', () => {
    fc.assert(
      fc.property(someLines, fc.nat(40), fc.nat(), (log, written, other) => {
        const done = cut(log, 0);
        if (!done) return;
        const { plan, fill } = done;
        const until = Math.min(plan.end, plan.length + written);
        const live = Buffer.concat([done.padded.subarray(0, until), log.subarray(until, plan.end)]);
        const copy = log.subarray(0, plan.end);
        for (const at of [0, 1, BLOCK, BLOCK + 1].filter((from) => from < plan.end)) {
          expect(isSameButPadding(live.subarray(at), copy.subarray(at), at, plan, fill)).toBe(true);
        }
        const place = other % plan.length;
        live[place] = 0;
        expect(isSameButPadding(live, copy, 0, plan, fill)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('a log that became shorter is another one', () => {
    const copy = Buffer.from('0123456789\nabcdefghij\n');
    expect(isSameButPadding(copy.subarray(0, 12), copy, 0, { length: 16, end: 22 }, ' ')).toBe(false);
  });

  it.each(FILLS)('a blank line of %j is left out only as long as it was made', (fill) => {
    const log = Buffer.concat([padding(5, fill), Buffer.from('next\n')]);
    expect(leftPadding(5, log)).toBe(5);
    expect([leftPadding(4, log), leftPadding(6, log), leftPadding(0, log), leftPadding(50, log)]).toEqual([0, 0, 0, 0]);
  });
});
