import { describe, expect, it } from 'vitest';
import { readSchedule } from '../../../../activities/jobs/schedule-text.js';

const warningOf = (text: string) => {
  const reading = readSchedule(text);
  return reading.kind === 'off' ? 'off' : reading.warning;
};

describe('activities/jobs/schedule-text', () => {
  it.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@hourly', '0 * * * *'],
    [' 3 1,4 * * mon-fri ', '3 1,4 * * mon-fri'],
    ['0 0 * * 7', '0 0 * * 7'],
  ])('%s is a line of cron, as under docker-crontab', (text, line) => {
    expect(readSchedule(text)).toEqual({ kind: 'frequency', frequency: { kind: 'cron', expressions: [line] } });
  });

  it.each([
    ['@every 2h', 7200, 'once an hour, at minute 0'],
    ['@every 1h30m', 5400, 'once an hour, at minute 0'],
    ['@every 90m', 5400, 'once an hour, at minute 0'],
    ['@every 1d', 86_400, 'once an hour, at minute 0'],
    ['@every 30s', 30, 'once an hour, at minute 0'],
    ['@every 45m', 2700, 'at minutes 0, 45 of each hour'],
    ['@every 7m', 420, 'at minutes 0, 7, 14, …, 56 of each hour'],
    ['@every 5m30s', 330, 'at minutes 0, 5, 10, …, 55 of each hour'],
  ])('row 33: %s is that, and what docker-crontab made of it is told', (text, seconds, formerly) => {
    expect(readSchedule(text)).toEqual({
      kind: 'frequency',
      frequency: { kind: 'interval', seconds },
      warning: `${text} is a true interval here; docker-crontab ran it ${formerly}.`,
    });
  });

  it.each(['@every 1m', '@every 5m', '@every 15m', '@every 30m'])('%s is the same under both', (text) => {
    expect(warningOf(text)).toBeUndefined();
  });

  it.each(['#', ' # ', '#7 5 * * *'])('%j switches a job off', (text) => {
    expect(readSchedule(text)).toEqual({ kind: 'off' });
  });

  it.each([
    ['@reboot', /never ran a job under docker-crontab .*"onstart: true" runs a job when the scheduler starts/],
    ['@random', /^@random never ran a job under docker-crontab and does not here$/],
    ['', /^is empty, so the job never runs; "#" switches it off$/],
    ['soon', /^should be five cron fields in UTC/],
    ['@every 0s', /^should be five cron fields .*at least one second/],
    ['61 * * * *', /^should be five cron fields .*61 is not a minute/],
  ])('%j is refused with a reason', (text, reason) => {
    expect(() => readSchedule(text)).toThrow(reason);
  });
});
