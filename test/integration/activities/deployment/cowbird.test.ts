/** Cowbird through the front of the platform. */
import { mkdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sightOfCowbird } from '../../../../activities/deployment/cowbird/sight.js';
import { openConfiguration } from '../../../../activities/deployment/open.js';
import { localStep } from '../../../../activities/shared/step.js';
import { startCowbird } from '../../../support/doubles/cowbird/index.js';
import { platformStack, PASSWORD } from '../../../support/weaver/platform-stack.js';
import { endAfterEach, ending } from '../../../support/weaver/registering.js';

endAfterEach();

async function cowbirdStack() {
  const cowbird = await startCowbird();
  ending(() => cowbird.close());
  const found = await platformStack({ cowbird: cowbird.url, components: ['cowbird'] });
  return { cowbird, ...found };
}

describe('activities/deployment/cowbird', () => {
  it('is in step, and recorded so', async () => {
    const { activities, stack, said } = await cowbirdStack();
    const result = await activities.verifyCowbird({ stack: 'platform' });
    expect(result).toMatchObject({ inStep: true, version: '2.6.0', workerVersion: '2.6.0', findings: [] });
    expect(await stack.cowbirdNote()).toMatchObject({ inStep: true, goodAt: expect.any(String) as string });
    expect(said).toContain('in step');
  });

  it('a worker that has stopped is a finding with its cause, and the last good time stays', async () => {
    const { activities, stack, cowbird, settings } = await cowbirdStack();
    await activities.verifyCowbird({ stack: 'platform' });
    const { goodAt } = (await stack.cowbirdNote()) ?? {};
    cowbird.cowbird.behave({ worker: 'stopped', workerWaitMs: 10 });
    await settings(['export BIRDKEEPER_COWBIRD_SECONDS=1']);
    const result = await activities.verifyCowbird({ stack: 'platform', number: 7 });
    expect(result.inStep).toBe(false);
    expect(result.findings.map(({ what }) => what)).toEqual(['worker']);
    expect(await stack.cowbirdNote()).toMatchObject({ inStep: false, goodAt });
  });

  it('people without a workspace are listed, and are no finding', async () => {
    const { activities, platform, settings, stack } = await cowbirdStack();
    platform.magpie.users.push({ name: 'anne', password: 'x' }, { name: 'bob', password: 'x' });
    const workspaces = `${stack.stack.directory}/workspaces`;
    await mkdir(`${workspaces}/anne`, { recursive: true });
    await settings([`export COWBIRD_WORKSPACE_DIR=${workspaces}`]);
    const result = await activities.verifyCowbird({ stack: 'platform' });
    expect(result).toMatchObject({ inStep: true, withoutWorkspace: ['bob'] });
  });

  it('handlers that the stack names are expected, and no others', async () => {
    const { activities, cowbird, settings } = await cowbirdStack();
    cowbird.cowbird.behave({ handlers: ['Magpie', 'FileSystem'] });
    await settings(['export COWBIRD_HANDLERS="Magpie FileSystem"']);
    expect((await activities.verifyCowbird({ stack: 'platform' })).inStep).toBe(true);
    await settings([]);
    const { findings } = await activities.verifyCowbird({ stack: 'platform' });
    expect(findings.map(({ what }) => what)).toEqual(['handlers']);
  });

  it('wrong credentials are a finding, without the password', async () => {
    const { activities, settings, stack } = await cowbirdStack();
    await settings(['export MAGPIE_ADMIN_PASSWORD=wrong-password-9']);
    const { findings } = await activities.verifyCowbird({ stack: 'platform' });
    expect(findings[0]?.why).toContain('refuses the credentials of admin');
    const text = await readFile(stack.path('cowbird.json'), 'utf8');
    expect(text).not.toContain('wrong-password-9');
    expect(text).not.toContain(PASSWORD);
  });

  it('a stack without it is told what to add', async () => {
    const { activities } = await platformStack();
    await expect(activities.verifyCowbird({ stack: 'platform' })).rejects.toThrow('Stack platform has no Cowbird: add');
  });

  it('a resync is asked of it, and of no other handler than it has', async () => {
    const { activities, cowbird } = await cowbirdStack();
    expect(await activities.resyncCowbird({ stack: 'platform', handler: 'FileSystem' })).toEqual({
      handler: 'FileSystem',
    });
    expect(cowbird.cowbird.resyncs).toHaveLength(1);
    await expect(activities.resyncCowbird({ stack: 'platform', handler: 'Nothing' })).rejects.toThrow('Nothing');
    expect(cowbird.cowbird.resyncs).toHaveLength(1);
  });

  it('a look of a person records nothing', async () => {
    const { stack, deps } = await cowbirdStack();
    const { signal } = localStep();
    const sight = await sightOfCowbird(await openConfiguration(stack, deps, signal), { signal }, deps);
    expect(sight).toMatchObject({
      stack: 'platform',
      inStep: true,
      url: expect.stringContaining('/cowbird') as string,
    });
    expect(await stack.cowbirdNote()).toBeUndefined();
  });
});
