import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closesFrame, LogReader, opensFrame, type LogItem } from '../../../../client/logs/parse.js';
import { frameEnd, frameStart, lineText } from '../../../../worker/deployment-log-text.js';

const at = new Date('2026-11-24T10:00:00Z');
const endedAt = new Date('2026-11-24T10:00:42Z');
const run = { stack: 'web', run: 7 };
const frame = { ...run, label: 'triggerdeploy' as const, startedAt: at, about: 'check: web is behind' };

function read(text: string): LogItem[] {
  const reader = new LogReader();
  return [...text.split('\n').flatMap((line) => reader.push(line)), ...reader.flush()];
}

describe('client/logs/parse', () => {
  it.each(['text', 'json'] as const)('reads back what the worker writes in its %s form', (format) => {
    const text = [
      frameStart(format, frame),
      lineText(format, { ...run, phase: 'roll back', level: 'warn', at, message: 'web is sick' }),
      lineText(format, { ...run, phase: 'pull', level: 'output', at, message: 'Pulling | fs layer' }),
      frameEnd(format, { ...frame, endedAt, about: 'deployed: done' }),
      lineText(format, { stack: 'web', run: '-', phase: 'check', level: 'info', at, message: 'up to date' }),
    ].join('');
    const items = read(text);
    const start = '2026-11-24T10:00:00+00:00';
    expect(items.map(({ entry }) => entry)).toEqual([
      {
        time: start,
        ...run,
        phase: 'begin',
        level: 'info',
        message: frame.about,
        label: 'triggerdeploy',
        START_TIME: start,
      },
      { time: start, ...run, phase: 'roll back', level: 'warn', message: 'web is sick' },
      { time: start, ...run, phase: 'pull', level: 'output', message: 'Pulling | fs layer' },
      {
        time: '2026-11-24T10:00:42+00:00',
        ...run,
        phase: 'end',
        level: 'info',
        message: 'deployed: done',
        label: 'triggerdeploy',
        START_TIME: start,
        END_TIME: '2026-11-24T10:00:42+00:00',
      },
      { time: start, stack: 'web', run: '-', phase: 'check', level: 'info', message: 'up to date' },
    ]);
    expect(items.map(opensFrame)).toEqual([true, false, false, false, false]);
    expect(items.map(closesFrame)).toEqual([false, false, false, true, false]);
    if (format === 'text') expect(items.flatMap((item) => item.text).join('\n')).toBe(text.trimEnd());
    else expect(items[1]?.text).toEqual([`${start} [web 7 roll back] WARNING web is sick`]);
  });

  it('takes a line that says begin or end for a frame only with its times', () => {
    const [begin, end] = read('2026-11-24T10:00:00+00:00 [web 7 begin] x\n2026-11-24T10:00:00+00:00 [web 7 end] y\n');
    expect(begin && opensFrame(begin)).toBe(false);
    expect(end && closesFrame(end)).toBe(false);
    const cut = read(
      '2026-11-24T10:00:00+00:00 [web 7 end] y\ntriggerdeploy finished START_TIME=a\n2026-11-24T10:00:01+00:00 [web 8 pull] z\n',
    );
    expect(cut.map(closesFrame)).toEqual([false, false]);
  });

  it('leaves out lines of other programs', () => {
    expect(
      read('==========\ntriggerdeploy START_TIME=x\n+ docker pull\n{"level":"info"}\n[web 7 pull] no time\n'),
    ).toEqual([]);
  });

  it('survives any lines', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('==========', 'x START_TIME=y', 'x finished START_TIME=y', 'x finished   END_TIME=y'),
      fc.constantFrom('2026-11-24T10:00:00+00:00 [web 7 end] z', '2026-11-24T10:00:00+00:00 [web 7 begin] z'),
      fc.json(),
    );
    fc.assert(
      fc.property(fc.array(piece), (lines) => {
        for (const { entry, text } of read(lines.join('\n'))) {
          expect(entry.stack).toBeTypeOf('string');
          expect(text.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
