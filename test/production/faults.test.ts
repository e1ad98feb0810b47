/** Restarts and kills of each part while a deployment is at work: it ends as without them, and nothing that was asked is lost. */
import { describe, expect, it } from 'vitest';
import { tell, useProduction, type Production } from '../support/production/in-vitest.js';
import { baseFile } from '../support/world/index.js';

type Fault = [what: string, strike: (production: Production) => Promise<unknown>];

const restart =
  (service: string) =>
  ({ stack }: Production) =>
    stack.compose('restart', service);
const crash =
  (service: string) =>
  ({ stack }: Production) =>
    stack.crash(service);
/** Longer than the worker tries to deliver what a step found (9 s): the step is done again. */
const outage =
  (service: string, seconds: number) =>
  async ({ stack }: Production) => {
    await stack.compose('stop', service);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    await stack.compose('start', service);
  };

const FAULTS: readonly Fault[] = [
  ['PostgreSQL is restarted', restart('postgres')],
  ['PostgreSQL is killed', crash('postgres')],
  ['PostgreSQL is down for 20 s', outage('postgres', 20)],
  ['the server is restarted', restart('temporal')],
  ['the server is killed', crash('temporal')],
  ['the server is down for 20 s', outage('temporal', 20)],
  ['the worker is restarted', restart('worker')],
  ['the worker is killed', crash('worker')],
  [
    'all of them are killed at once',
    ({ stack }) => Promise.all(['postgres', 'temporal', 'ui', 'worker'].map((service) => stack.crash(service))),
  ],
];

describe('production/faults', () => {
  const production = useProduction('prodfault');
  let version = 1;

  it.each(FAULTS)('%s in the middle of a deployment: it ends deployed', async (what, strike) => {
    const { world, stack } = production();
    version += 1;
    const { number } = await production().push(baseFile({ version: String(version) }), `Show ${version}`);
    await production().reach(number, 'settle');
    const probe = await production().probe();
    await strike(production());
    const record = await production().ended(number);
    await stack.allHealthy();
    const { gaps, seconds } = await probe.stop();
    tell(`${what}: no answer for ${gaps.length === 0 ? '0' : gaps.join(' + ')} s, of ${seconds} s`);
    expect(record).toMatchObject({ number, outcome: 'deployed' });
    expect(await world.get('web')).toBe(`version ${version}`);
  });

  it('every deployment is recorded once, in order', async () => {
    const numbers = (await production().world.history()).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: FAULTS.length + 1 }, (_, index) => index + 1));
  });
});
