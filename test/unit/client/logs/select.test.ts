import { describe, expect, it } from 'vitest';
import type { LogEntry, LogItem } from '../../../../client/logs/parse.js';
import { numbersIn, select } from '../../../../client/logs/select.js';

const item = (stack: string, run: number | string, message: string, more: Partial<LogEntry> = {}): LogItem => ({
  entry: { time: 't', stack, run, phase: 'x', level: 'info', message, ...more },
  text: [message],
});
const begin = (stack: string, run: number | string) => item(stack, run, 'begin', { START_TIME: 's' });
const end = (stack: string, run: number | string) => item(stack, run, 'end', { START_TIME: 's', END_TIME: 'e' });
const told = (items: LogItem[] | undefined) => items?.map(({ entry }) => `${entry.run} ${entry.message}`);

const log = [
  begin('web', 1),
  end('web', 1),
  item('web', '-', 'look'),
  begin('web', 2),
  begin('other', 2),
  item('web', 2, 'work'),
  item('other', 2, 'work of the other'),
  item('web', '-', 'look while it runs'),
  end('web', 2),
  begin('web', '2026-11-24T10:00:00.000Z'),
  item('web', '-', 'look after it'),
];

describe('client/logs/select', () => {
  it('gives the newest deployment of the stack and everything after it', () => {
    const { items, isComplete } = select(log, { stack: 'web', number: undefined });
    expect(told(items)).toEqual([
      '2 begin',
      '2 work',
      '- look while it runs',
      '2 end',
      '2026-11-24T10:00:00.000Z begin',
      '- look after it',
    ]);
    expect(isComplete).toBe(false);
  });

  it('gives one deployment alone, and knows whether it is over', () => {
    expect(told(select(log, { stack: 'web', number: 2 }).items)).toEqual(['2 begin', '2 work', '2 end']);
    expect(select(log, { stack: 'web', number: 2 }).isComplete).toBe(true);
    expect(select(log, { stack: 'other', number: 2 })).toMatchObject({ isComplete: false });
  });

  it('takes the newer of two frames of one number', () => {
    const again = [...log, begin('web', 1), item('web', 1, 'again')];
    expect(told(select(again, { stack: 'web', number: 1 }).items)).toEqual(['1 begin', '1 again']);
  });

  it('says that it does not begin here', () => {
    expect(select(log, { stack: 'web', number: 3 }).items).toBeUndefined();
    expect(select(log.slice(4, 5), { stack: 'web', number: undefined }).items).toBeUndefined();
    expect(numbersIn(log, 'web')).toEqual([1, 2]);
  });
});
