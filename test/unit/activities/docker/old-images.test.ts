import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Release } from '../../../../workflows/model.js';
import { keptName, oldImages, type OldImagesQuestion } from '../../../../activities/docker/old-images.js';
import { parseReference } from '../../../../activities/docker/reference.js';

type Service = readonly [image: string, imageId: string];

const release = (number: number, ...services: Service[]): Release => ({
  number,
  at: '2026-01-01T00:00:00Z',
  commits: {},
  services: Object.fromEntries(
    services.map(([image, imageId], at) => [`s${at}`, { definition: 'd', content: 'c', contents: {}, image, imageId }]),
  ),
  containers: {},
  rendered: {},
});
const image = (id: string, names: string[] = [], digests: string[] = []) => ({ id, names, digests });
const own = (number: number) => keptName('stack', 's0', number);
const digest = `sha256:${'a'.repeat(64)}`;

/** Release 1 is dropped and had `app:1`; release 2 is kept and has `app:2`. */
const asked = (rest: Partial<OldImagesQuestion>) =>
  oldImages({
    stack: 'stack',
    dropped: [release(1, ['app:1', 'sha256:one'])],
    kept: [release(2, ['app:2', 'sha256:two'])],
    images: [],
    inUse: [],
    ...rest,
  });
const removed = (rest: Partial<OldImagesQuestion>) => asked(rest).remove.map(({ id }) => id);

describe('activities/docker/old-images', () => {
  it.each([
    ['with the recorded name and ours', image('sha256:one', [own(1), 'app:1'], [`app@${digest}`])],
    ['with the same name spelled in full', image('sha256:one', ['docker.io/library/app:1'])],
    ['with our name only', image('sha256:one', [own(1)])],
    ['that lost its name', image('sha256:one', [], [`app@${digest}`])],
  ])('takes the image of a dropped release %s', (_, candidate) => {
    const { remove, untag } = asked({ images: [candidate, image('sha256:two', [own(2), 'app:2'])] });
    expect(remove).toEqual([{ id: 'sha256:one', names: candidate.names, release: 1 }]);
    expect(untag).toEqual([]);
  });

  it.each([
    ['that a person named too', { images: [image('sha256:one', ['app:1', 'mine:1'])] }],
    ['that another stack keeps', { images: [image('sha256:one', ['app:1', keptName('other', 's0', 1)])] }],
    ['that was pulled from another repository too', { images: [image('sha256:one', [], [`other/app@${digest}`])] }],
    ['that a container uses', { images: [image('sha256:one', ['app:1'])], inUse: ['sha256:one'] }],
    ['that a kept release has', { images: [image('sha256:one', ['app:1'])], kept: [release(2, ['x', 'sha256:one'])] }],
    [
      'whose name a kept release has for another image',
      { images: [image('sha256:one', ['app:1'])], kept: [release(2, ['app:1', 'sha256:two'])] },
    ],
    ['that no release had', { images: [image('sha256:three', ['app:3']), image('sha256:four')] }],
  ] as const)('leaves an image %s', (_, rest) => {
    expect(removed({ ...rest, images: [...rest.images] })).toEqual([]);
  });

  it('takes only names of this stack, and only those of dropped releases, off images that stay', () => {
    const names = [own(1), own(2), keptName('stack2', 's0', 1), 'app:1', 'birdkeeper.local/stack/odd'];
    expect(asked({ images: [image('sha256:two', names)] })).toEqual({ untag: [own(1)], remove: [] });
  });

  it('has nothing to take where all releases are kept', () => {
    const images = [image('sha256:one', ['app:1', own(1)]), image('sha256:x')];
    expect(asked({ images, dropped: [], kept: [release(1, ['app:1', 'sha256:one'])] })).toEqual({
      untag: [],
      remove: [],
    });
  });

  it.each([
    ['stack', 'web', 'birdkeeper.local/stack/web:r3'],
    ['stack', 'Web', /^birdkeeper\.local\/stack\/x-[0-9a-f]{16}:r3$/],
    ['stack-', 'web_', /^birdkeeper\.local\/x-[0-9a-f]{16}\/x-[0-9a-f]{16}:r3$/],
  ])('names the image of %s %s', (stack, service, name) => {
    expect(keptName(stack, service, 3)).toMatch(name);
  });

  it('gives a name that the engine takes, whatever the service is called', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,40}$/);
    fc.assert(fc.property(name, name, (stack, service) => parseReference(keptName(stack, service, 7)) !== undefined));
  });

  it('never takes what is kept, used or named by somebody, in thousands of hosts', () => {
    const id = fc.constantFrom('sha256:a', 'sha256:b', 'sha256:c', 'sha256:d');
    const name = fc.constantFrom('app:1', 'app:2', 'mine:1', own(1), own(2), own(3), own(4), keptName('o', 's0', 1));
    const services = fc.array(fc.tuple(fc.constantFrom('app:1', 'app:2'), id), { maxLength: 3 });
    const host = fc.uniqueArray(fc.record({ id, names: fc.uniqueArray(name, { maxLength: 3 }) }), {
      selector: (it) => it.id,
    });
    fc.assert(
      fc.property(
        services,
        services,
        services,
        services,
        host,
        fc.array(id, { maxLength: 2 }),
        (a, b, c, d, found, inUse) => {
          const dropped = [release(1, ...a), release(2, ...b)];
          const kept = [release(3, ...c), release(4, ...d)];
          const images = found.map((it) => ({ ...it, digests: [] }));
          const { remove, untag } = oldImages({ stack: 'stack', dropped, kept, images, inUse });
          for (const gone of remove) {
            expect([...c, ...d].map(([, keptId]) => keptId)).not.toContain(gone.id);
            expect([...a, ...b].map(([, formerId]) => formerId)).toContain(gone.id);
            expect(inUse).not.toContain(gone.id);
            expect(gone.names.filter((it) => it === 'mine:1' || it.startsWith('birdkeeper.local/o/'))).toEqual([]);
          }
          for (const it of untag) expect([own(1), own(2)]).toContain(it);
        },
      ),
      { numRuns: 500 },
    );
  });
});
