import { describe, expect, it } from 'vitest';
import { NotLooked, ok } from '../../../../client/doctor/findings.js';
import { runChecks } from '../../../../client/doctor/run-checks.js';

describe('client/doctor/run-checks', () => {
  it('tells each check in its place, whatever throws or hangs', async () => {
    const hang = () => new Promise<never>(() => undefined);
    const findings = await runChecks(
      [
        { name: 'slow', run: async () => [ok('slow', 'is well'), ok('slow', 'really')] },
        { name: 'broken', run: async () => Promise.reject(new Error('no such thing')) },
        { name: 'hanging', limitMs: 30, run: hang },
        { name: 'blind', run: async () => Promise.reject(new NotLooked('there is no server')) },
        { name: 'given', run: async (context: string) => [ok('given', context)] },
      ],
      'the context',
    );
    expect(findings.map(({ what, result, finding }) => [what, result, finding])).toEqual([
      ['slow', 'ok', 'is well'],
      ['slow', 'ok', 'really'],
      ['broken', 'fail', 'the check failed: no such thing'],
      ['hanging', 'fail', 'no answer within 0.03 s'],
      ['blind', 'warn', 'not looked at: there is no server'],
      ['given', 'ok', 'the context'],
    ]);
  });
});
