import { describe, expect, it } from 'vitest';
import { usesCopytruncate } from '../../../../activities/log-rotation/logrotate-text.js';

describe('activities/log-rotation/logrotate-text', () => {
  it.each([
    ['/logs/*.log {\n  weekly\n  copytruncate\n}\n', true],
    ['/logs/*.log { copytruncate }', true],
    ['copytruncate # globally\n', true],
    ['/logs/*.log {\n  # copytruncate\n  nocopytruncate\n}\n', false],
    ['/logs/copytruncate.log {\n weekly\n}\n', false],
    ['/logs/*.log {\n postrotate\n  echo copytruncate\n endscript\n}\n', false],
    ['/logs/*.log {\n postrotate\n  true\n endscript\n copytruncate\n}\n', true],
    ['', false],
  ])('%j: %s', (text, uses) => {
    expect(usesCopytruncate(text)).toBe(uses);
  });
});
