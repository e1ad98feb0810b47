import { describe, expect, it } from 'vitest';
import { apiTag, baseFile, readerConfiguration, waitFor } from '../support/world/index.js';
import { output } from '../support/world/programs.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { expectSound } from '../support/world/sound.js';

describe('failing', () => {
  const world = useWorld({ name: 'fail' });

  /** Pushes a release that is bad and expects the former one back. */
  async function expectRolledBack(tag: string, why: RegExp): Promise<void> {
    await idle(world());
    const [heads, before] = [await world().checkedOut(), await world().state()];
    const commit = await world().release('platform', apiTag(tag), `Raise api to ${tag}`);
    const record = await world().waitForCommit('platform', commit);
    expect(record).toMatchObject({ outcome: 'rolled back', phase: 'roll back' });
    expect(record.message).toMatch(why);
    expect(await world().checkedOut()).toEqual(heads);
    expect(await world().get('api')).toBe('api 1.0');
    const after = await world().state();
    expect(after.api?.imageId).toBe(before.api?.imageId);
    expect({ ...after, api: undefined }).toEqual({ ...before, api: undefined });
    const checked = await world().cli(['check', '--exit-code']);
    expect(checked).toMatchObject({ status: 3 });
    expect(checked.stdout).toMatch(/^quarantined/);
    expect((await world().cli(['deploy', '--wait'])).status).toBe(3);
  }

  it('scenario 19: an image that crashes is rolled back and quarantined', async () => {
    await world().images.publishApi('crashing', 'crashing');
    await expectRolledBack('crashing', /api/);
  });

  it('an image that is sick is rolled back and quarantined', async () => {
    await world().images.publishApi('sick', 'sick');
    await expectRolledBack('sick', /api.*(unhealthy|sick)/is);
  });

  it('an image that is missing ends before anything moves, and says which', async () => {
    await idle(world());
    const [heads, before] = [await world().checkedOut(), await world().state()];
    const commit = await world().release('platform', apiTag('nowhere'), 'Raise api to nowhere');
    const record = await world().waitForCommit('platform', commit);
    expect(record).toMatchObject({ outcome: 'failed', phase: 'pull' });
    expect(record.message).toContain('api:nowhere');
    expect(await world().checkedOut()).toEqual(heads);
    expect(await world().state()).toEqual(before);
  });

  it('the next good push is deployed, over everything that was bad', async () => {
    await world().images.publishApi('1.1');
    const commit = await world().release('platform', apiTag('1.1'), 'Raise api to 1.1');
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await world().get('api')).toBe('api 1.1');
    expect((await world().cli(['check', '--exit-code'])).status).toBe(0);
  });

  it('a service that was sick before the push and stays so is reported and costs no rollback', async () => {
    await idle(world());
    const { env } = world().parts;
    const { worker } = await world().state();
    await output('docker', ['exec', worker?.id ?? '', 'rm', '/ready'], { env });
    await waitFor('a sick worker', async () => (await world().state()).worker?.health === 'unhealthy');
    const commit = await world().release('platform', readerConfiguration('beside=sick'), 'Push beside a sick service');
    const record = await world().waitForCommit('platform', commit);
    expect(record.outcome).toBe('deployed');
    expect(record.message).toMatch(/sick before.*worker/);
    const after = await world().state();
    expect([after.worker?.id, after.worker?.startedAt]).toEqual([worker?.id, worker?.startedAt]);
    await output('docker', ['exec', worker?.id ?? '', 'touch', '/ready'], { env });
  });

  it('a deployment that a person cancels is rolled back, and not begun again until a person insists', async () => {
    await idle(world());
    const temporal = await world().temporal();
    const heads = await world().checkedOut();
    const { nextNumber } = await temporal.keeper();
    const commit = await world().release('platform', baseFile({ version: 'cancelled' }), 'Change the page');
    await waitFor('settle', async () => (await temporal.deployment(nextNumber)).phase === 'settle', { every: 20 });
    await temporal.cancel(nextNumber);
    const record = await world().waitForOutcome(nextNumber);
    expect(record).toMatchObject({ outcome: 'rolled back', to: { platform: commit } });
    expect(await world().checkedOut()).toEqual(heads);
    expect(await world().get('web')).toBe('version 1');
    expect((await world().cli(['check'])).stdout).toMatch(/^quarantined.*cancelled by a person/);
    expect((await world().cli(['deploy', '--wait', '--force'])).status).toBe(0);
    expect(await world().get('web')).toBe('version cancelled');
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
