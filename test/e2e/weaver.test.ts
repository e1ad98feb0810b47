/** A stack of ours with two birds and the component Weaver, on doubles in images of the real names. */
import { describe, expect, it } from 'vitest';
import { scheduleId } from '../../workflows/contract.js';
import { waitFor } from '../support/world/index.js';
import {
  askWeaver,
  celeryAskedIn,
  changes,
  noteAfter,
  registered,
  settle,
  useWeaverWorld,
  weaverCommand,
} from '../support/weaver/weaver-world.js';

describe('weaver', () => {
  const world = useWeaverWorld({ name: 'weaver', birds: { finch: {}, raven: { PROCESSES: 'caw' } } });

  it('a push that enables Weaver deploys it, and every bird is registered', async () => {
    const before = Date.now();
    const record = await settle(world(), 'finch raven', [], 'Enable Weaver');
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
    const note = await noteAfter(world(), before);
    expect(note).toMatchObject({
      inStep: true,
      worker: 'ready',
      listed: true,
      summary: 'registered 2 of 2',
      birds: [
        { bird: 'finch', word: 'registered', processes: 2 },
        { bird: 'raven', word: 'registered', processes: 1 },
      ],
    });
    expect(await registered(world())).toEqual(['finch', 'raven']);
    expect((await changes(world())).toSorted()).toEqual(['POST finch 201', 'POST raven 201']);
    const { providers } = (await askWeaver(world(), '/processes?providers=true')) as { providers: { id: string }[] };
    expect(providers.map(({ id }) => id).toSorted()).toEqual(['finch', 'raven']);
  });

  it('the worker was really asked, in both containers', async () => {
    const { weaver, 'weaver-worker': worker } = await world().state();
    const asked = await celeryAskedIn(world());
    expect(asked).toContain(weaver?.id.slice(0, 12));
    expect(asked).toContain(worker?.id.slice(0, 12));
  });

  it('the run says in its details what became of each bird', async () => {
    const temporal = await world().temporal();
    const [run] = await waitFor('its end', async () => {
      const runs = await temporal.runsOf('registerWeaverProviders');
      return runs.length > 0 && runs;
    });
    expect(run).toEqual({ status: 'COMPLETED', result: { outcome: 'in step', summary: 'registered 2 of 2' } });
    const ref = { host: 'sample', stack: world().project };
    const details = await temporal.details(scheduleId('weaver', ref, 'deployment-2'));
    expect(details).toContain('| finch | registered | 2 |');
    expect(details).toContain('| raven | registered | 1 |');
    expect(details).toContain('Worker: **ready**');
  });

  it('weaver status has a line for each bird, and ends with 0', async () => {
    const { status, stdout } = await weaverCommand(world(), ['status']);
    expect(stdout).toMatch(/^finch +yes +yes +yes +2 *$/m);
    expect(stdout).toMatch(/^raven +yes +yes +yes +1 *$/m);
    expect(status).toBe(0);
  });
});
