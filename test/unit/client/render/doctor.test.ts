import { describe, expect, it } from 'vitest';
import { fail, ok, warn } from '../../../../client/doctor/findings.js';
import { renderDoctor } from '../../../../client/render/doctor.js';

const answer = { stack: 'web', directory: '/srv/web' };

describe('client/render/doctor', () => {
  it('gives a line each, with what to do', () => {
    const findings = [
      ok('git', '2.39.5'),
      warn('clock', 'it is 6 s\nbehind.'),
      fail('engine', 'no answer', 'Start it.'),
    ];
    expect(renderDoctor({ ...answer, findings })).toEqual([
      'ok    git: 2.39.5.',
      'warn  clock: it is 6 s behind.',
      'FAIL  engine: no answer. Start it.',
      '1 failed, 1 warned, 1 are well',
    ]);
    expect(renderDoctor({ ...answer, findings: [ok('git', '2.39.5')] }).at(-1)).toBe('all 1 are well');
  });
});
