import type { BufferedMetricUpdate } from '@temporalio/worker';
import { afterEach, describe, expect, it } from 'vitest';
import { processMetrics, type ProcessMetrics } from '../../../../worker/metrics/sdk.js';
import { parsePage } from '../../../support/metrics-page.js';

type Kind = BufferedMetricUpdate['metric']['kind'];
const update = (
  name: string,
  kind: Kind,
  value: number,
  attributes: Record<string, string | number | boolean> = {},
  unit?: string,
): BufferedMetricUpdate => ({
  metric: { name, kind, valueType: 'int', ...(unit === undefined ? {} : { unit }) },
  value,
  attributes,
});

let metrics: ProcessMetrics | undefined;
afterEach(() => metrics?.close());

/** The page after each of these has been taken. */
async function told(...batches: BufferedMetricUpdate[][]): Promise<string> {
  const waiting = [...batches];
  metrics = processMetrics(() => waiting.shift() ?? []);
  for (let taken = 1; taken < batches.length; taken += 1) await metrics.text();
  return metrics.text();
}

describe('worker/metrics/sdk', () => {
  it('adds counters up over several takings, with all of their labels, whichever came first', async () => {
    const page = parsePage(
      await told(
        [update('request', 'counter', 1, { operation: 'A' })],
        [
          update('request', 'counter', 2, { operation: 'A', namespace: 'n' }),
          update('request', 'counter', 3, { operation: 'A' }),
        ],
      ),
    );
    expect(page['temporal_request_total{operation="A"}']).toBe(4);
    expect(page['temporal_request_total{operation="A",namespace="n"}']).toBe(2);
  });

  it('a gauge has its newest value, and one that goes up and down is added up', async () => {
    const page = parsePage(
      await told([
        update('slots', 'gauge', 5),
        update('slots', 'gauge', 3),
        update('open', 'up-down-counter', 2),
        update('open', 'up-down-counter', -1),
      ]),
    );
    expect(page['temporal_slots']).toBe(3);
    expect(page['temporal_open']).toBe(1);
  });

  it('a duration is a histogram of seconds, and no prefix comes twice', async () => {
    const page = parsePage(
      await told([
        update('temporal_latency', 'histogram', 0.3, {}, 's'),
        update('temporal_latency', 'histogram', 90, {}, 's'),
      ]),
    );
    expect(page['temporal_latency_seconds_bucket{le="0.25"}']).toBe(0);
    expect(page['temporal_latency_seconds_bucket{le="0.5"}']).toBe(1);
    expect(page['temporal_latency_seconds_bucket{le="+Inf"}']).toBe(2);
  });

  it('takes no label that belongs to who scrapes, and none that it does not know', async () => {
    const text = await told([update('x', 'counter', 1, { job: 'a', instance: 'b', service_name: 'c', eager: true })]);
    expect(text).toContain('temporal_x_total{eager="true"} 1\n');
  });

  it('a flood of series ends at a limit', async () => {
    const flood = Array.from({ length: 6_000 }, (_, at) => update('x', 'counter', 1, { operation: String(at) }));
    const text = await told(flood);
    expect(text.match(/^temporal_x_total\{/gm)).toHaveLength(5_000);
  });

  it('a library that has ended already costs the page nothing else', async () => {
    metrics = processMetrics(() => {
      throw new Error('the runtime is gone');
    });
    const text = await metrics.text();
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain('nodejs_active_handles_total');
  });
});
