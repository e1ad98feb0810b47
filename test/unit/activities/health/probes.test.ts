import { describe, expect, it } from 'vitest';
import { judgeAnswer } from '../../../../activities/health/probes.js';

const probe = { url: 'http://x', status: 200, text: 'hello' };

describe('activities/health/probes', () => {
  it.each([
    [200, 'say hello', undefined],
    [200, 'bye', 'answers without the text "hello"'],
    [502, 'hello', 'answers with status 502 instead of 200'],
  ])('status %i and answer %o: %s', (status, answer, why) => {
    expect(judgeAnswer(probe, status, answer)).toBe(why);
  });
});
