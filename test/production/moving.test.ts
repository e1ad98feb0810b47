/** From the embedded server to the production form and back: one state directory, one row of numbers. */
import { describe, expect, it } from 'vitest';
import { useProduction } from '../support/production/in-vitest.js';
import { baseFile } from '../support/world/index.js';
import { deployed, idle } from '../support/world/in-vitest.js';

describe('production/moving', () => {
  const production = useProduction('prodmove', { settleSeconds: 2, start: ({ world }) => deployed(world) });

  it('the worker of the production form goes on where the one on the host was', async () => {
    const { world, stack } = production();
    await idle(world);
    const before = await world.containers();
    expect((await world.cli(['pause', '--reason', 'the move'])).status).toBe(0);
    await world.stop();
    await stack.up();
    expect(await world.containers()).toEqual(before);

    const temporal = await production().temporal();
    expect(await temporal.keeper()).toMatchObject({ nextNumber: 2, paused: { reason: 'the move' } });
    await stack.birdkeeper('resume', '--stack', world.stackDirectory);
    const { number } = await production().push(baseFile({ version: '2' }), 'Show 2');
    expect(number).toBe(2);
    expect(await production().ended(2)).toMatchObject({ outcome: 'deployed' });
  });

  it('and the one on the host after it', async () => {
    const { world, stack } = production();
    await stack.compose('stop', 'worker');
    await world.up();
    await idle(world);
    // The embedded server's memory is of the time before the move.
    expect(await (await world.temporal()).keeper()).toMatchObject({ nextNumber: 3, paused: { reason: 'the move' } });
    expect((await world.cli(['resume'])).status).toBe(0);
    const commit = await world.release('platform', baseFile({ version: '3' }), 'Show 3');
    expect(await world.waitForCommit('platform', commit)).toMatchObject({ number: 3, outcome: 'deployed' });
    expect(await world.get('web')).toBe('version 3');
  });
});
