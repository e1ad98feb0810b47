import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceFingerprint } from '../../../../workflows/model.js';
import { imageNeeds } from '../../../../activities/compose/images.js';
import { readJournal } from '../../../../activities/compose/journal.js';
import { type MovedImage, movedImages } from '../../../../activities/compose/moved-images.js';
import { planServices } from '../../../../activities/compose/plan.js';
import { provideImages } from '../../../../activities/compose/pull.js';
import { planRollback } from '../../../../activities/compose/rollback.js';
import { registryLogins } from '../../../../activities/docker/credentials.js';
import { REGISTRY_USER, startRegistry } from '../../../support/registry.js';
import { aFingerprint } from '../../../unit/activities/compose/builders.js';
import { Sample, decision, processEnvironment } from './sample.js';
import { useRegistry } from '../../../support/images-in-vitest.js';

const { images, registry } = useRegistry();
let sample: Sample;
let name = 0;
/** A new name for each test: tags of one test move, those of another stay. */
let app: string;
/** They lose their names, so that the images of this test do not find them. */
const nameless: string[] = [];

beforeEach(async () => {
  app = `${registry().host}/app${++name}:1`;
  sample = await Sample.create({});
});
afterEach(async () => {
  const rest = nameless.splice(0);
  await sample.docker('compose', '-p', sample.view.name, 'rm', '--force', '--stop');
  if (rest.length > 0) await sample.docker('rmi', ...rest).catch(() => undefined);
  await sample.remove();
});

const service = (image: string) => ({ image, init: true, command: ['sleep', '3600'], network_mode: 'none' });

/** Somebody else pushes: the registry has another image, this host has the former one. Returns both ids. */
async function move(reference: string): Promise<{ former: string; later: string }> {
  const former = await images().buildImage({ tag: reference, files: { '/v': `${reference} one` } });
  await images().push(reference);
  const later = await images().buildImage({ tag: reference, files: { '/v': `${reference} two` } });
  await images().push(reference);
  // As a host has it that pulled before: the name, and the digest of then.
  await sample.docker('rmi', reference);
  await sample.docker('tag', former, reference);
  nameless.push(former);
  return { former, later };
}

async function asked(
  references: readonly string[],
  options: { config?: string; recorded?: Record<string, ServiceFingerprint> } = {},
): Promise<MovedImage[]> {
  await sample.write(Object.fromEntries(references.map((reference, at) => [`s${at}`, service(reference)])));
  const environment = { ...processEnvironment(), DOCKER_CONFIG: options.config ?? sample.directory };
  return movedImages(await sample.model(), {
    engine: sample.engine,
    loginFor: registryLogins({ environment, signal: sample.step.signal }),
    step: sample.step,
    redact: (text) => text,
    ...(options.recorded === undefined ? {} : { recorded: options.recorded }),
  });
}

const provide = async (moved: readonly MovedImage[]) => {
  const model = await sample.model();
  const imageIds = new Map(moved.map(({ reference }) => [reference, 'sha256:some']));
  const { needs } = imageNeeds({ model, imageIds, recorded: {}, wanted: {}, moved });
  const lock = join(sample.directory, 'lock');
  return provideImages({ view: sample.view, needs, lock, step: sample.step, redact: (text) => text });
};

describe('activities/compose/moved-images', () => {
  it('finds the tag that moved and not the one that stayed', async () => {
    const { later } = await move(app);
    const stays = `${registry().host}/stays:1`;
    await images().buildImage({ tag: stays, files: { '/v': 'stays' } });
    await images().push(stays);
    const moved = await asked([app, stays]);
    expect(moved).toEqual([
      { reference: app, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string, services: ['s0'] },
    ]);
    await provide(moved);
    expect(await sample.engine.imageId(app, sample.step)).toBe(later);
    expect(await sample.engine.repoDigests(app, sample.step)).toEqual([
      `${app.replace(/:1$/, '')}@${moved[0]?.digest}`,
    ]);
    expect(await asked([app, stays])).toEqual([]);
  });

  it('finds what was pulled and never deployed, when it is told what is deployed', async () => {
    const { former } = await move(app);
    await provide(await asked([app]));
    const recorded = { s0: aFingerprint({ image: app, imageId: former }) };
    expect(await asked([app])).toEqual([]);
    expect(await asked([app], { recorded })).toEqual([expect.objectContaining({ reference: app })]);
  });

  it('is content with an image that exists only here, whoever is asked for it', async () => {
    const local = `bk-test-only-here-${name}:1`;
    await images().buildImage({ tag: local, files: { '/v': local } });
    await images().buildImage({ tag: app, files: { '/v': app } });
    expect(await asked([local, app, `${registry().host}/absent:1`])).toEqual([]);
  });

  it('keeps an image that its registry has no more', async () => {
    await images().buildImage({ tag: app, files: { '/v': app } });
    await images().push(app);
    const other = app.replace(/:1$/, ':gone');
    await sample.docker('tag', app, other);
    expect(await asked([other])).toEqual([]);
    await sample.docker('rmi', other);
  });

  it('comes back later when the registry of an image is away', async () => {
    const reference = '127.0.0.1:1/app:1';
    await images().buildImage({ tag: reference, files: { '/v': reference } });
    await expect(asked([reference])).rejects.toMatchObject({ type: 'RegistryBusy' });
  });

  it('logs in with the configuration of the operator, and names it when that is refused', async () => {
    const closed = await startRegistry({ requireLogin: true });
    try {
      const reference = `${closed.host}/private:1`;
      await images().buildImage({ tag: reference, files: { '/v': reference } });
      const config = async (folder: string, password: string) => {
        const auth = Buffer.from(`${REGISTRY_USER.name}:${password}`).toString('base64');
        await mkdir(join(sample.directory, folder));
        const text = JSON.stringify({ auths: { [closed.host]: { auth } } });
        await writeFile(join(sample.directory, folder, 'config.json'), text);
        return join(sample.directory, folder);
      };
      expect(await asked([reference], { config: await config('good', REGISTRY_USER.password) })).toEqual([]);
      const wrong = await config('wrong', 'not-this-one');
      const refused = await asked([reference], { config: wrong }).catch((error: unknown) => error as Error);
      expect(refused).toMatchObject({
        type: 'Unauthorised',
        message: expect.stringContaining(`Registry ${closed.host} refuses the login of ${wrong}/config.json`) as string,
      });
      expect(refused).not.toMatchObject({ message: expect.stringContaining('not-this-one') as string });
      await expect(asked([reference])).rejects.toMatchObject({
        type: 'Unauthorised',
        message: expect.stringContaining(`${sample.directory}/config.json holds none for it`) as string,
      });
    } finally {
      await closed.remove();
    }
  });

  it('is rolled back to the former image by its id, although the tag has moved on', async () => {
    const { former, later } = await move(app);
    await sample.write({ s0: service(app) });
    await sample.recreateAll();
    const recorded = { s0: aFingerprint({ image: app, imageId: former }) };
    await provide(await asked([app]));
    const wanted = { s0: aFingerprint({ image: app, imageId: later }) };

    const { services } = await sample.model();
    const options = { removeOrphans: false, repair: false };
    const running = await sample.containers();
    const plan = planServices({ services, declared: ['s0'], recorded, wanted, running, images: [], options });
    const journal = sample.newJournal();
    await sample.apply(plan.decisions, { journal });
    expect((await sample.containers())[0]?.imageId).toBe(later);

    const forward = await readJournal(journal);
    const back = planRollback({ services, recorded, forward, running: await sample.containers() });
    expect(back.pins).toEqual({ s0: former });
    await sample.apply(back.decisions, {
      pins: { overrideFile: join(sample.directory, 'pins.json'), imageIds: back.pins },
      imageIds: back.pins,
    });
    expect((await sample.containers())[0]).toMatchObject({ imageId: former, state: 'running' });
    expect(await sample.engine.imageId(app, sample.step)).toBe(later);
  });

  it('that brings the same image touches nothing', async () => {
    await images().buildImage({ tag: app, files: { '/v': app } });
    await images().push(app);
    await sample.write({ s0: service(app) });
    await sample.recreateAll();
    const before = await sample.ids();
    const imageId = (await sample.engine.imageId(app, sample.step)) ?? '';
    await provide([{ reference: app, digest: 'sha256:as-a-registry-may-say', services: ['s0'] }]);
    const after = (await sample.engine.imageId(app, sample.step)) ?? '';
    const fingerprints = (id: string) => ({ s0: aFingerprint({ image: app, imageId: id }) });
    const { decisions } = planServices({
      services: (await sample.model()).services,
      declared: ['s0'],
      recorded: fingerprints(imageId),
      wanted: fingerprints(after),
      running: await sample.containers(),
      images: [],
      options: { removeOrphans: false, repair: false },
    });
    expect(decisions).toEqual([decision('s0', 'nothing', { reason: 'unchanged' })]);
    await sample.apply(decisions);
    expect(await sample.ids()).toEqual(before);
  });
});
