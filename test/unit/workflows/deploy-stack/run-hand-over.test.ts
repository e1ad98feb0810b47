import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../../activities/types.js';
import { run } from '../../../../workflows/deploy-stack/run.js';
import { Teller } from '../../../../workflows/deploy-stack/tell.js';
import { anAsk, failing, goodActivities, noted, plainSurroundings } from '../../../support/story.js';

const SCHEDULER = { service: 'scheduler', action: 'recreate', reason: 'image 1 → 2' } as const;
const handing: Partial<Activities> = { applyServices: () => Promise.resolve({ services: [], handsOver: SCHEDULER }) };

async function tell(replaced: Partial<Activities>) {
  const { activities, calls } = noted(goodActivities({ ...handing, ...replaced }));
  const phases: string[] = [];
  const teller = new Teller(anAsk(), ({ phase }) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  });
  const around = plainSurroundings();
  const result = await run(anAsk(), activities, teller, around);
  return { result, phases, names: calls.map(({ name }) => name), plan: teller.status.plan, around };
}

describe('workflows/deploy-stack/run-hand-over', () => {
  it('replaces the worker last, after everything else is healthy and quiet', async () => {
    const { result, phases, names, plan } = await tell({});
    expect(result).toMatchObject({ outcome: 'deployed', message: '1 service touched, healthy and quiet' });
    expect(phases.slice(-4)).toEqual(['apply', 'settle', 'hand over', 'record']);
    expect(names.filter((name) => name === 'handOver')).toHaveLength(1);
    expect(plan?.services).toEqual([SCHEDULER]);
  });

  it('asks the next worker again when one left in between', async () => {
    const answers = ['at work', 'at work', 'replaced'] as const;
    let asked = 0;
    const { result, names } = await tell({
      handOver: () => Promise.resolve({ state: answers[(asked += 1) - 1] ?? 'replaced' }),
    });
    expect(result.outcome).toBe('deployed');
    expect(names.filter((name) => name === 'handOver')).toHaveLength(3);
  });

  it('does not ask for it where the worker is none of the services', async () => {
    const { names, phases } = await tell({ applyServices: () => Promise.resolve({ services: [] }) });
    expect(names).not.toContain('handOver');
    expect(phases).not.toContain('hand over');
  });

  it('puts the former release back when the new worker does not poll', async () => {
    const { result, names } = await tell({ handOver: failing('Unhealthy', 'The new worker does not poll') });
    expect(result).toMatchObject({ outcome: 'rolled back', message: 'The new worker does not poll' });
    expect(names.filter((name) => name === 'handOver')).toHaveLength(1);
    expect(names).toContain('reverseCheckouts');
  });

  it('is not cut off by a cancellation: it is a matter of a minute, and half of it is worse than all of it', async () => {
    const { around } = await tell({});
    // beginning, hand over, conclusion
    expect(around.shields).toBe(3);
  });
});
