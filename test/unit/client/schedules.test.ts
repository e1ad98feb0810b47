import { describe, expect, it } from 'vitest';
import { outcomeWord, partsOf } from '../../../client/schedules.js';

const ref = { host: 'alpha', stack: 'web' };

describe('client/schedules', () => {
  it.each([
    ['autodeploy/alpha/web', { kind: 'autodeploy' }],
    ['job/alpha/web/clean/up', { kind: 'job', name: 'clean/up' }],
    ['autodeploy/alpha/web2', undefined],
    ['autodeploy/beta/web', undefined],
    ['/alpha/web', undefined],
    ['', undefined],
  ])('of the id %j reads %j', (id, parts) => {
    expect(partsOf(id, ref)).toEqual(parts);
  });

  it('tells an end in the words of the workflow, else in those of the server', () => {
    expect(outcomeWord('COMPLETED', 'up to date')).toBe('up to date');
    expect(outcomeWord('COMPLETED', undefined)).toBe('completed');
    expect(outcomeWord('TIMED_OUT', 'up to date')).toBe('timed out');
    expect(outcomeWord('FAILED', undefined)).toBe('failed');
  });
});
