import { describe, expect, it } from 'vitest';
import { lineOf } from '../../../../workflows/run-container-job/narrate.js';

describe('workflows/run-container-job/narrate', () => {
  it('a failure is told by what was wrong, not by what docker says to everybody', () => {
    const said = [
      "Unable to find image 'birds:1' locally",
      'docker: no such host',
      "Run 'docker run --help' for more information",
    ];
    const failed = { outcome: 'failed', exitStatus: 125, seconds: 1, lastLines: said, retries: 0 } as const;
    expect(lineOf('clean', failed)).toBe('job clean failed with exit status 125: docker: no such host');
    expect(lineOf('clean', { ...failed, lastLines: [] })).toBe('job clean failed with exit status 125');
  });
});
