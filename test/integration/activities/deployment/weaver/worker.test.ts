import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../../../activities/deployment/dependencies.js';
import { checkWeaverWorker, restartWeaver } from '../../../../../activities/deployment/weaver/worker.js';
import { createEngine } from '../../../../../activities/docker/engine.js';
import { StateDirectory } from '../../../../../activities/state/index.js';
import { createImages, type Images } from '../../../../support/images.js';
import { BackupWorld } from '../../backup/world.js';

/** Does not answer while /silent is there, which a restart takes away. */
const SCRIPT = '[ ! -e /silent ] || { echo "[ERROR] Celery gives no answer."; exit 1; }\n';
const SERVICES = ['weaver', 'weaver-worker'];

describe('activities/deployment/weaver/worker', () => {
  let images: Images;
  let world: BackupWorld;
  let deps: Dependencies;

  beforeAll(async () => {
    images = await createImages();
    world = await BackupWorld.create();
    const tag = `${world.project}/weaver:1`;
    await images.buildImage({
      tag,
      files: { '/opt/local/bin/weaver/celery-healthcheck': SCRIPT, '/bash': '#!/bin/sh\nexec sh "$@"\n' },
      cmd: ['sh', '-c', 'cp /bash /bin/bash && chmod 755 /bin/bash; rm -f /silent; exec sleep 3600'],
    });
    for (const service of SERVICES) await world.container(service, tag);
    const directory = join(world.root, 'stack');
    await mkdir(join(directory, 'components/weaver'), { recursive: true });
    await writeFile(join(directory, 'components/weaver/default.env'), '');
    await writeFile(join(directory, 'compose.yaml'), 'services: {}\n');
    const lines = [
      "EXTRA_CONF_DIRS='./components/weaver'",
      "WEAVER_URL='http://weaver:4001'",
      "WEAVER_WPS_PROVIDERS_MAX_TIME='1'",
    ];
    await writeFile(join(directory, 'env.local'), lines.map((line) => `export ${line}\n`).join(''));
    const state = new StateDirectory(join(world.root, 'state'));
    await state.register({ name: world.project, directory });
    deps = {
      ...{ host: 'alpha', state, engine: createEngine(), environment: { PATH: process.env.PATH ?? '' } },
      remember: () => Promise.resolve(),
    } as unknown as Dependencies;
  });
  afterAll(async () => {
    await world?.remove();
    await images?.cleanup();
  });

  const check = () =>
    checkWeaverWorker({ stack: world.project, begunAt: new Date().toISOString() }, world.step(), deps);
  const restart = () => restartWeaver({ stack: world.project }, world.step(), deps);
  const silence = (service: string) => world.docker('exec', `${world.project}-${service}`, 'touch', '/silent');
  const startedAt = () => Promise.all(SERVICES.map((service) => world.startedAt(`${world.project}-${service}`)));

  it('asks the script in both containers', async () => {
    expect(await check()).toEqual({ state: 'ready' });
    await silence('weaver-worker');
    const why =
      'in weaver-worker, Celery gives no answer, or one that is not understood (exit status 1: [ERROR] Celery gives no answer.)';
    expect(await check()).toEqual({ state: 'failed', why });
  });

  it('a restart takes both, and they answer', async () => {
    await silence('weaver-worker');
    const before = await startedAt();
    expect(await restart()).toEqual({ restarted: SERVICES.map((service) => `${world.project}-${service}`) });
    expect((await startedAt()).filter((at) => before.includes(at))).toEqual([]);
    expect(await check()).toEqual({ state: 'ready' });
  });

  it('what answers again when its turn comes is not restarted', async () => {
    const before = await startedAt();
    expect(await restart()).toEqual({ restarted: [] });
    expect(await startedAt()).toEqual(before);
  });

  it('one that a kill left stopped is started', async () => {
    await world.docker('stop', `${world.project}-weaver`);
    expect(await restart()).toEqual({ restarted: SERVICES.map((service) => `${world.project}-${service}`) });
    expect(await check()).toEqual({ state: 'ready' });
  });
});
