import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../../../activities/health/mailbox.js';

const event = { containerId: '1', service: 'web', action: 'die', at: 0 };
const { signal } = new AbortController();

describe('activities/health/mailbox', () => {
  it('hands over what is there, once', async () => {
    const mailbox = new Mailbox();
    mailbox.put(event);
    expect(await mailbox.wait(10_000, signal)).toEqual([event]);
    expect(await mailbox.wait(0, signal)).toEqual([]);
  });

  it('wakes with the first event', async () => {
    const mailbox = new Mailbox();
    const waiting = mailbox.wait(10_000, signal);
    mailbox.put(event);
    expect(await waiting).toEqual([event]);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const waiting = new Mailbox().wait(10_000, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});
