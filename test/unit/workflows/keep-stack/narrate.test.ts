import { describe, expect, it } from 'vitest';
import { keeperDetails } from '../../../../workflows/keep-stack/narrate.js';
import type { KeeperStatus } from '../../../../workflows/model.js';

const AT = '2026-01-02T03:04:05.000Z';
const idle: KeeperStatus = { stack: 'sample', host: 'here', queued: [], nextNumber: 4 };

describe('workflows/keep-stack/narrate', () => {
  it('a keeper that waits says so in one line', () => {
    expect(keeperDetails(idle)).toBe('Keeps **sample**. Nothing runs.');
  });

  it('shows what runs, what waits, how the last one ended, what was seen, and when a failure is tried again', () => {
    const text = keeperDetails({
      ...idle,
      running: { number: 4, trigger: 'check', reason: 'private is behind' },
      queued: [{ number: 5, trigger: 'forced', force: true, reason: 'now' }],
      last: { number: 3, outcome: 'failed', message: 'no registry', at: AT },
      look: { word: 'behind', reason: 'private is behind.', commits: {}, at: AT },
      backOff: { commits: {}, failures: 2, until: AT },
    });
    for (const part of [
      'Deployment **4** of **sample** runs (check): private is behind',
      '| 5 | forced | true | now |',
      'Last: deployment 3 ended **failed** at 2026',
      '**behind** at 2026-01-02T03:04:05.000Z. private is behind.',
      'Failed 2 times before anything moved; tried again after 2026',
    ])
      expect(text).toContain(part);
  });

  it('a reason that somebody sent does not become markup', () => {
    const reason = '**bold** <img src=x> | a\n# b';
    const text = keeperDetails({
      ...idle,
      running: { number: 4, trigger: 'asked', reason },
      queued: [{ number: 5, trigger: 'asked', force: false, reason }],
      look: { word: 'behind', reason, commits: {}, at: AT },
    });
    expect(text).not.toMatch(/(^|[^\\])<img/);
    expect(text).not.toMatch(/^# /m);
    expect(text).not.toContain(' **bold**');
  });
});
