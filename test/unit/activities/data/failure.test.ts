import { describe, expect, it } from 'vitest';
import { failureOf, gitFailureOf, secretsOf } from '../../../../activities/data/failure.js';
import { StepFailure } from '../../../../activities/shared/failures.js';
import { FAILURES } from '../../../../workflows/contract.js';

describe('activities/data/failure', () => {
  it('names every part that failed, and of very many the first', () => {
    expect(failureOf(['entry 1 (a), x'])).toMatchObject({ type: FAILURES.applyFailed });
    expect(failureOf(['entry 1 (a), x']).message).toContain('One part of the data job failed:\n- entry 1 (a), x\n');
    const many = failureOf(Array.from({ length: 12 }, (_, at) => `part ${at}`)).message;
    expect(many).toContain('12 parts of the data job failed');
    expect(many).toContain('- part 9\n- and 2 more\n');
  });

  it('a full disk is told as one', () => {
    expect(failureOf(['rsync: write failed: No space left on device (28)']).type).toBe(FAILURES.diskFull);
  });

  it('what git could not do keeps its type, and tells what had failed before', () => {
    const cause = new StepFailure(FAILURES.remoteUnavailable, 'it cannot be reached.', 5);
    const told = gitFailureOf(cause, 'entry 2 (b)', ['entry 1 (a), x']);
    expect(told).toMatchObject({ type: FAILURES.remoteUnavailable, retryAfterMs: 5 });
    expect(String(told)).toMatch(
      /entry 2 \(b\): it cannot be reached\. .*\nBefore it, these failed:\n- entry 1 \(a\), x$/,
    );
    const plain = gitFailureOf(new Error('https://user:secret@host'), 'entry 1 (a)', []);
    expect(plain).not.toBeInstanceOf(StepFailure);
    expect(String(plain)).not.toContain('secret');
  });

  it('passwords of addresses are secrets, as they are written and as they are meant', () => {
    const urls = ['https://user:p%40ss@h/x', 'https://token@h/x', 'ssh://git@h/x', 'git@h:x', 'https://h/x', '/a@b'];
    expect(Object.values(secretsOf(urls))).toEqual(['p%40ss', 'p@ss', 'token']);
    expect(Object.values(secretsOf(['https://u:50%@h/x']))).toEqual(['50%']);
  });
});
