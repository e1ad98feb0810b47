/** The server is upgraded by a push to the very stack that it belongs to, while another stack is being deployed. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateDirectory } from '../../activities/state/index.js';
import { FORMER_SERVER, imagesOfFile, PRODUCTION_FILE, tagOf } from '../../scripts/production/versions.mjs';
import { begun, tell, useProduction } from '../support/production/in-vitest.js';
import { productionFiles, repositoryRoot, withServer } from '../support/production/stack.js';
import { baseFile, waitFor } from '../support/world/index.js';

const NEW_SERVER = tagOf(imagesOfFile(join(repositoryRoot(), PRODUCTION_FILE)), 'temporalio/server');

describe('production/upgrade', () => {
  const production = useProduction('produp', {
    files: (files) => withServer(files, FORMER_SERVER),
    settleSeconds: 45,
    start: begun,
  });

  const recorded = async () => {
    const { world, stack } = production();
    return (await new StateDirectory(world.stateDirectory).stack(stack.project)).deployments();
  };
  const version = async () => {
    const { stack } = production();
    const answer = await fetch(`http://${await stack.addressOf('temporal')}:7243/api/v1/cluster-info`);
    return ((await answer.json()) as { serverVersion: string }).serverVersion;
  };
  const schema = (database: string) => production().stack.sql(database, 'select curr_version from schema_version');
  const push = async (server: string) => {
    const { stack } = production();
    const temporal = await production().temporal(stack.project);
    try {
      const number = await waitFor('an idle keeper', async () => {
        const { running, queued, nextNumber } = await temporal.keeper();
        return running === undefined && queued.length === 0 && nextNumber;
      });
      await stack.developer.push(withServer(await productionFiles(), server), `Run server ${server}`);
      await temporal.trigger('autodeploy');
      return number;
    } finally {
      await temporal.close();
    }
  };
  const ended = (number: number) =>
    waitFor(`the end of deployment ${number}`, async () => (await recorded()).find((each) => each.number === number), {
      within: 240_000,
    });
  const untouched = async () => {
    const containers = await production().stack.containers();
    return containers.filter(({ service }) => ['postgres', 'ui', 'worker'].includes(service));
  };

  it('the production form is adopted as it runs', async () => {
    const { stack } = production();
    const before = await stack.containers();
    expect(await version()).toBe(FORMER_SERVER);
    expect(await stack.birdkeeper('up', '--stack', stack.directory)).toContain('This command ends.');
    const temporal = await production().temporal(stack.project);
    await waitFor('its keeper', async () => (await temporal.keeper()).nextNumber > 0);
    await temporal.close();
    expect(await stack.containers()).toEqual(before);
  });

  it(`a push moves it from ${FORMER_SERVER} to ${NEW_SERVER}, schema first, and a deployment goes on meanwhile`, async () => {
    const { world, stack } = production();
    const [before, former] = [await untouched(), [await schema('temporal'), await schema('temporal_visibility')]];
    const { number } = await production().push(baseFile({ version: '2' }), 'Show 2');
    await production().reach(number, 'settle');
    const probe = await production().probe();
    const begin = Date.now();
    const record = await ended(await push(NEW_SERVER));
    const { gaps } = await probe.stop();
    const seconds = Math.round((Date.now() - begin) / 1000);
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
    expect(await production().ended(number)).toMatchObject({ outcome: 'deployed' });
    expect(await world.get('web')).toBe('version 2');
    expect(await version()).toBe(NEW_SERVER);
    const now = [await schema('temporal'), await schema('temporal_visibility')];
    tell(`upgrade: ${seconds} s from push to done, no answer for ${gaps.join(' + ') || '0'} s`);
    tell(`schema ${former.join(' and ')} became ${now.join(' and ')}`);
    expect(now).not.toEqual(former);
    expect(await untouched()).toEqual(before);
    await stack.allHealthy();
  });

  it('the former server comes back by a push too, on the new schema', async () => {
    const record = await ended(await push(FORMER_SERVER));
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
    expect(await version()).toBe(FORMER_SERVER);
    await production().stack.allHealthy();
  });
});
