import { describe, expect, it } from 'vitest';
import { calledName, idsOf, jobIn } from '../../../client/job-names.js';

const stack = { host: 'alpha', stack: 'birds' };

describe('client/job-names', () => {
  it.each([
    ['a job of ours', { kind: 'backup' }, 'backup'],
    ["one of the stack's own", { kind: 'job', name: 'clean' }, 'clean'],
    ["one of the stack's own by the name of ours", { kind: 'job', name: 'backup' }, 'job/backup'],
  ] as const)('%s is called what the command line takes', (_what, report, called) => {
    expect(calledName(report)).toBe(called);
    const [id] = idsOf(called, stack);
    expect(id).toBe('name' in report ? `job/alpha/birds/${report.name}` : `${report.kind}/alpha/birds`);
  });

  it("a word that only a job of the stack's own has means that", () => {
    expect(idsOf('verify', stack)).toEqual(['verify/alpha/birds', 'job/alpha/birds/verify']);
    expect(jobIn('job/verify')).toBe('verify');
    expect(jobIn('jobless')).toBe('jobless');
  });
});
