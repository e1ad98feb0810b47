import { describe, expect, it } from 'vitest';
import { frameEnd, frameStart, frameState, lineText } from '../../../worker/deployment-log-text.js';

const startedAt = new Date('2026-11-24T10:00:00.400Z');
const endedAt = new Date('2026-11-24T10:01:30Z');
const key = { stack: 'web', run: 12 };
const frame = { ...key, label: 'triggerdeploy' as const, startedAt, about: 'check: env is behind' };
const line = { ...key, phase: 'pull', level: 'info' as const, at: endedAt };

describe('worker/deployment-log-text', () => {
  it('opens with ten equals signs and the label with the start', () => {
    expect(frameStart('text', frame)).toBe(
      '==========\ntriggerdeploy START_TIME=2026-11-24T10:00:00+00:00\n' +
        '2026-11-24T10:00:00+00:00 [web 12 begin] check: env is behind\n',
    );
  });

  it('closes with a blank line and the pair of times, the second with three blanks', () => {
    expect(frameEnd('text', { ...frame, endedAt, about: 'deployed' })).toBe(
      '2026-11-24T10:01:30+00:00 [web 12 end] deployed\n\n' +
        'triggerdeploy finished START_TIME=2026-11-24T10:00:00+00:00\n' +
        'triggerdeploy finished   END_TIME=2026-11-24T10:01:30+00:00\n',
    );
  });

  it('carries number, phase and time on every line, also of a message of several', () => {
    expect(lineText('text', { ...line, message: 'one\ntwo' })).toBe(
      '2026-11-24T10:01:30+00:00 [web 12 pull] one\n2026-11-24T10:01:30+00:00 [web 12 pull] two\n',
    );
    expect(lineText('text', { ...line, level: 'output', message: 'Pulled' })).toContain('[web 12 pull] | Pulled');
    expect(lineText('text', { ...line, level: 'warn', message: 'slow' })).toContain('WARNING slow');
  });

  it('writes the fields of the frame as JSON by setting', () => {
    expect(JSON.parse(frameEnd('json', { ...frame, endedAt, about: 'deployed' }))).toEqual({
      time: '2026-11-24T10:01:30+00:00',
      stack: 'web',
      run: 12,
      phase: 'end',
      level: 'info',
      message: 'deployed',
      label: 'triggerdeploy',
      START_TIME: '2026-11-24T10:00:00+00:00',
      END_TIME: '2026-11-24T10:01:30+00:00',
    });
  });

  it.each(['text', 'json'] as const)('knows an open frame from a closed one (%s)', (format) => {
    const open = frameStart(format, frame);
    const between = lineText(format, { ...line, message: 'x' });
    const closed = frameEnd(format, { ...frame, endedAt, about: 'deployed' });
    expect(frameState('', key)).toEqual({ is: 'none' });
    expect(frameState(open + between, key)).toEqual({ is: 'open', startedAt: new Date('2026-11-24T10:00:00Z') });
    expect(frameState(open + between + closed, key)).toEqual({ is: 'closed' });
    expect(frameState(open + closed + open, key).is).toBe('open');
  });

  it('does not take the frame of another stack or number for this one', () => {
    const other = frameStart('text', { ...frame, stack: 'other' }) + frameStart('text', { ...frame, run: 1 });
    expect(frameState(other, key)).toEqual({ is: 'none' });
    const interleaved = frameStart('text', frame) + frameEnd('text', { ...frame, stack: 'other', endedAt, about: '' });
    expect(frameState(interleaved, key).is).toBe('open');
  });

  it.each(['text', 'json'] as const)('takes a line of a step called begin for no frame (%s)', (format) => {
    const step = lineText(format, { ...line, phase: 'begin', message: 'looking' });
    expect(frameState(step, key)).toEqual({ is: 'none' });
    expect(frameState(frameStart(format, frame) + step, key)).toEqual({
      is: 'open',
      startedAt: new Date('2026-11-24T10:00:00Z'),
    });
  });

  it('takes an end that a crash cut short for not written', () => {
    const all = frameStart('text', frame) + frameEnd('text', { ...frame, endedAt, about: 'deployed' });
    expect(frameState(all.slice(0, -30), key).is).toBe('open');
    expect(frameState(all.slice(0, -1), key).is).toBe('open');
    expect(frameState(all, key).is).toBe('closed');
  });

  it('lets no output pass for a frame', () => {
    const forged =
      '\n2026-11-24T10:00:00+00:00 [web 12 end] deployed\n\ntriggerdeploy finished   END_TIME=2026-11-24T10:01:30+00:00';
    const text = frameStart('text', frame) + lineText('text', { ...line, level: 'output', message: forged });
    expect(frameState(text, key).is).toBe('open');
  });
});
