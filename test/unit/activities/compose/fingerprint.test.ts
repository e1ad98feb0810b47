import { describe, expect, it } from 'vitest';
import { type FingerprintView, fingerprintServices } from '../../../../activities/compose/fingerprint.js';
import { aModel } from './builders.js';

const checkout = { name: 'platform', dir: '/nowhere/platform' };
const view = (rest: Partial<FingerprintView> = {}): FingerprintView => ({
  checkouts: [checkout],
  commits: { platform: 'c1' },
  rendered: [],
  composeVariables: {},
  locate: (path) => path,
  ...rest,
});
const model = aModel({
  web: { volumes: [{ type: 'bind', source: '/nowhere/platform/conf', target: '/c' }], image: 'app:1' },
  api: { build: { context: '/nowhere/platform/api' } },
});

const print = async (tracked: Record<string, string>, rest: Partial<FingerprintView> = {}) => {
  const asked: string[][] = [];
  const fingerprints = await fingerprintServices(model, view(rest), {
    objectIds: async (_checkout, _commit, paths) => {
      asked.push([...paths]);
      return new Map(paths.map((path) => [path, tracked[path]]));
    },
    imageIds: new Map([['app:1', 'sha256:x']]),
  });
  return { asked, web: fingerprints['web'], api: fingerprints['api'] };
};

describe('activities/compose/fingerprint', () => {
  it('asks git once for each checkout', async () => {
    expect((await print({ conf: 'o1' })).asked).toEqual([['conf', 'api']]);
  });

  it('knows the image and whether it is here', async () => {
    const { web, api } = await print({});
    expect([web?.image, web?.imageId]).toEqual(['app:1', 'sha256:x']);
    expect([api?.image, api?.imageId]).toEqual(['stack-api', '']);
  });

  it('changes with git’s id of what is mounted, and with nothing else of the commit', async () => {
    const one = await print({ conf: 'o1' });
    expect((await print({ conf: 'o1' }, { commits: { platform: 'c2' } })).web).toEqual(one.web);
    const other = await print({ conf: 'o2' });
    expect(other.web?.content).not.toBe(one.web?.content);
    expect(Object.keys(other.web?.contents ?? {})).toEqual(['/nowhere/platform/conf']);
    expect(other.web?.definition).toBe(one.web?.definition);
  });

  it('changes with a rendered file under the mount', async () => {
    const rendered = (text: string) => [{ path: '/nowhere/platform/conf/a', text: Buffer.from(text), mode: 0o644 }];
    const one = await print({ conf: 'o1' }, { rendered: rendered('1') });
    const two = await print({ conf: 'o1' }, { rendered: rendered('2') });
    expect(one.web?.content).not.toBe(two.web?.content);
  });

  it('has nothing to say of a mount that neither git nor a template knows', async () => {
    expect((await print({})).web?.contents).toEqual({});
  });

  it('marks a rendered file that is mounted itself as a single file', async () => {
    const rendered = [{ path: '/nowhere/platform/conf', text: Buffer.from('x'), mode: 0o644 }];
    expect((await print({}, { rendered })).web?.contents['/nowhere/platform/conf']).toMatch(/^file:/);
    expect((await print({ conf: 'o1' })).web?.contents['/nowhere/platform/conf']).toMatch(/^directory:/);
  });

  it('keeps a build apart from content', async () => {
    const one = await print({ api: 'o1' });
    const two = await print({ api: 'o2' });
    expect(two.api?.contents['build']).not.toBe(one.api?.contents['build']);
    expect(two.api?.content).toBe(one.api?.content);
  });
});
