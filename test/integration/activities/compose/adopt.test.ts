import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adoptionDrift, dryRunUp } from '../../../../activities/compose/adopt.js';
import { definitionHash } from '../../../../activities/compose/definition.js';
import { declaredServices } from '../../../../activities/compose/read.js';
import { resourceNames, resourceProblems } from '../../../../activities/compose/resources.js';
import { type Images, createImages } from '../../../support/images.js';
import { Sample } from './sample.js';

let images: Images;
let sample: Sample | undefined;
const redact = (text: string) => text;

beforeAll(async () => {
  images = await createImages();
});
afterAll(async () => {
  await images?.cleanup();
});
afterEach(async () => {
  await sample?.remove();
  sample = undefined;
});

const service = (rest: Record<string, unknown> = {}) => ({
  image: images.base,
  init: true,
  network_mode: 'none',
  command: ['sleep', '3600'],
  ...rest,
});

describe('activities/compose/adopt', () => {
  it('sees nothing to do on a stack that runs as its files say, and what differs after an edit', async () => {
    sample = await Sample.create({ web: service(), api: service(), down: service() });
    await sample.recreateAll();
    const { signal } = sample.step;
    const drift = async (of: Sample) =>
      adoptionDrift(await dryRunUp(of.view, { signal, redact }), await of.model(), await of.containers());
    expect(await drift(sample)).toEqual([]);
    const before = await sample.ids();
    await sample.docker('stop', '--time', '0', before['down'] ?? '');
    await sample.write({ web: service(), api: service({ labels: { a: 'b' } }), down: service(), more: service() });
    expect(await drift(sample)).toEqual([
      'Service api runs, but not as the checkouts say.',
      'Service more is in the compose files and has no container.',
      'Service down has a container that does not run.',
    ]);
    expect(await sample.ids()).toEqual(before);
  });
});

describe('activities/compose/read', () => {
  it('gives Compose’s own words for a file that is wrong', async () => {
    sample = await Sample.create({ web: service({ nonsense: 1 }) });
    await expect(sample.model()).rejects.toMatchObject({
      type: 'Configuration',
      message: expect.stringMatching(/could not read the stack[\s\S]*nonsense/) as string,
    });
  });

  it('lists services that no profile enables too', async () => {
    sample = await Sample.create({ web: service(), debug: service({ profiles: ['debug'] }) });
    expect(Object.keys((await sample.model()).services)).toEqual(['web']);
    expect((await declaredServices(sample.view, { signal: sample.step.signal, redact })).sort()).toEqual([
      'debug',
      'web',
    ]);
  });

  it('has the values of env files in the definition, and not their comments', async () => {
    sample = await Sample.create({ web: service({ env_file: ['./a.env'] }) });
    const hash = async (of: Sample, text: string) => {
      await writeFile(join(of.directory, 'a.env'), text);
      return definitionHash(await of.model(), 'web', {});
    };
    const one = await hash(sample, 'A=1\n');
    expect(await hash(sample, '# note\nA=1\n')).toBe(one);
    expect(await hash(sample, 'A=2\n')).not.toBe(one);
  });
});

describe('activities/compose/resources', () => {
  it('lets what Compose made pass, and finds a definition that changed', async () => {
    const web = service({ network_mode: undefined, volumes: ['data:/d'] });
    const rest = {
      volumes: { data: { labels: { a: '1' } } },
      networks: { default: { driver_opts: { 'com.docker.network.bridge.enable_icc': 'true' } } },
    };
    sample = await Sample.create({ web }, rest);
    await sample.recreateAll();
    const problems = async (of: Sample) => {
      const model = await of.model();
      return resourceProblems(model, await of.engine.resources(resourceNames(model), { signal: of.step.signal }));
    };
    expect(await problems(sample)).toEqual([]);
    await sample.write({ web }, { volumes: { data: { labels: { a: '2' } } }, networks: {} });
    expect(await problems(sample)).toEqual([
      expect.stringMatching(/^Volume .*_data exists with another definition \(labels\)/),
      expect.stringMatching(/^Network .*_default exists with another definition \(driver options\)/),
    ]);
  });
});
