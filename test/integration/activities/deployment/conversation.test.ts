import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converseWith } from '../../../../activities/deployment/conversation.js';
import { createEngine } from '../../../../activities/docker/engine.js';
import type { Configuration } from '../../../../activities/stack/view.js';
import { createImages, type Images } from '../../../support/images.js';
import { waitFor } from '../../../support/world/index.js';
import { BackupWorld } from '../backup/world.js';

const { signal } = new AbortController();

describe('activities/deployment/conversation', () => {
  let images: Images;
  let world: BackupWorld;
  let view: Configuration;

  beforeAll(async () => {
    images = await createImages();
    world = await BackupWorld.create();
    const tag = `${world.project}/page:1`;
    const cmd = ['sh', '-c', 'mkdir -p /www && echo here > /www/index.html && exec httpd -f -p 5000 -h /www'];
    await images.buildImage({ tag, cmd });
    await world.docker('network', 'create', world.project);
    const name = `${world.project}-finch`;
    world.containers.push(name);
    const labels = [`project=${world.project}`, 'service=finch', 'oneoff=False'];
    await world.docker(
      ...['run', '--detach', '--init', '--stop-timeout', '1', '--name', name],
      ...['--network', world.project, '--network-alias', 'finch.birds'],
      ...labels.flatMap((label) => ['--label', `com.docker.compose.${label}`]),
      tag,
    );
    view = {
      ...{ name: world.project, directory: world.root, components: [], variables: {} },
      ...{ settings: { verifyTls: true }, era: { generation: {} } },
    } as unknown as Configuration;
  });
  afterAll(async () => {
    await world?.remove();
    await world?.docker('network', 'rm', world.project).catch(() => undefined);
    await images?.cleanup();
  });

  const ask = async (host: string) => {
    const { web } = await converseWith(view, { engine: createEngine() }, signal);
    const asked = () => web.ask({ url: `http://${host}:5000/`, limitMs: 2_000 }, signal);
    return { asked, text: async () => (await asked()).text.trim() };
  };

  it.each(['finch', 'finch.birds'])('a container is asked by its name on its networks: %s', async (host) => {
    expect(await (await ask(host)).text()).toBe('here');
  });

  it('a name that no container has is not known', async () => {
    await expect((await ask('gull.birds')).asked()).rejects.toMatchObject({ trouble: 'unknown name' });
  });

  it('one that does not run is known, and is found while it is asked for again', async () => {
    const { asked, text } = await ask('finch.birds');
    await world.docker('stop', `${world.project}-finch`);
    const { asked: askedNow } = await ask('finch.birds');
    await expect(askedNow()).rejects.toMatchObject({
      trouble: 'unreachable',
      message: 'is a container that does not run',
    });
    await world.docker('start', `${world.project}-finch`);
    expect(await waitFor('its page', text, { within: 20_000 })).toBe('here');
    await expect(asked()).resolves.toMatchObject({ status: 200 });
  });
});
