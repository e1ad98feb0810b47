import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepImages } from '../../../../activities/deployment/keep-images.js';
import { keptName } from '../../../../activities/docker/old-images.js';
import { createEngine } from '../../../../activities/docker/engine.js';
import { runCommand } from '../../../../activities/shared/run-command.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { Sample } from '../compose/sample.js';
import { useRegistry } from '../../../support/images-in-vitest.js';

const { images, registry } = useRegistry();
let root: string;
let stack: StackState;
const made: string[] = [];
const said: string[] = [];
const engine = createEngine();
const { signal } = new AbortController();
const step = localStep({
  log: { output: () => undefined, warn: () => undefined, info: (line) => void said.push(line) },
});

beforeEach(async () => {
  said.length = 0;
  root = await mkdtemp(join(tmpdir(), 'birdkeeper-keep-'));
  const name = `bk-test-${randomBytes(4).toString('hex')}`;
  stack = await new StateDirectory(root).register({ name, directory: root });
});
afterEach(async () => {
  const ids = made.splice(0);
  const left = (await engine.images({ signal })).filter(({ id }) => ids.includes(id));
  for (const { id, names } of left) {
    for (const name of names) await engine.removeImage(name, { signal });
    await engine.removeImage(id, { signal });
  }
  await rm(root, { recursive: true, force: true });
});

async function build(reference: string, text: string): Promise<string> {
  const id = await images().buildImage({ tag: reference, files: { '/v': `${stack.name} ${text}` } });
  made.push(id);
  return id;
}

/** Records a release and does what follows: two are kept. */
async function recorded(number: number, services: Record<string, readonly [image: string, imageId: string]>) {
  const entries = Object.entries(services).map(
    ([service, [image, imageId]]) =>
      [service, { definition: 'd', content: 'c', contents: {}, image, imageId }] as const,
  );
  const at = '2026-01-01T00:00:00Z';
  await stack.recordRelease({
    number,
    at,
    commits: {},
    services: Object.fromEntries(entries),
    containers: {},
    rendered: {},
  });
  await keepImages(stack, 2, { engine }, step);
}

const exists = async (id: string) => (await engine.imageId(id, { signal })) !== undefined;

describe('activities/deployment/keep-images', () => {
  it('removes what only a release needed that is no longer kept, and says so once', async () => {
    const reference = (number: number) => `${stack.name}:${number}`;
    const ids = [];
    for (const number of [1, 2, 3]) {
      ids.push(await build(reference(number), String(number)));
      await recorded(number, { web: [reference(number), ids[number - 1] ?? ''] });
    }
    expect(await Promise.all(ids.map(exists))).toEqual([false, true, true]);
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Removed ${reference(1)} \\([0-9a-f]{12}\\): release 1 was the last to need it, and is no longer kept$`,
        ),
      ),
    ]);
    await keepImages(stack, 2, { engine }, step);
    expect(said).toHaveLength(1);
    expect(await engine.imageId(keptName(stack.name, 'web', 3), { signal })).toBe(ids[2]);
  });

  it('removes what lost its name when its tag moved, pulled or built', async () => {
    const pushed = `${registry().host}/${stack.name}:1`;
    const ids = [];
    for (const number of [1, 2, 3]) {
      const id = await build(pushed, `pushed ${number}`);
      await images().push(pushed);
      const own = await build(`${stack.name}:own`, `built ${number}`);
      ids.push(id, own);
      await recorded(number, { web: [pushed, id], Own: [`${stack.name}:own`, own] });
    }
    expect(await Promise.all(ids.map(exists))).toEqual([false, false, true, true, true, true]);
    expect(said).toHaveLength(2);
  });

  it('leaves what a container is made of, and takes it once the container is gone', async () => {
    const id = await build(`${stack.name}:1`, 'used');
    const sample = await Sample.create({ job: { image: `${stack.name}:1`, command: ['true'], network_mode: 'none' } });
    try {
      await sample.recreateAll();
      await recorded(1, { web: [`${stack.name}:1`, id] });
      const later = await build(`${stack.name}:2`, 'later');
      await recorded(2, { web: [`${stack.name}:2`, later] });
      await recorded(3, { web: [`${stack.name}:2`, later] });
      expect(await engine.imageId(`${stack.name}:1`, { signal })).toBe(id);
    } finally {
      await sample.remove();
    }
    expect(said).toEqual([]);
    await keepImages(stack, 2, { engine }, step);
    expect(await exists(id)).toBe(false);
    expect(said).toHaveLength(1);
  });

  it('leaves what a person or another stack has a name for, and what another image is built from', async () => {
    const named = await build(`${stack.name}:named`, 'named');
    const shared = await build(`${stack.name}:shared`, 'shared');
    const parent = await build(`${stack.name}:parent`, 'parent');
    await engine.tag(named, `${stack.name}-mine:1`, { signal });
    await engine.tag(shared, keptName(`${stack.name}-other`, 'web', 1), { signal });
    const child = await createChild(`${stack.name}:parent`);
    made.unshift(child);
    await recorded(1, {
      a: [`${stack.name}:named`, named],
      b: [`${stack.name}:shared`, shared],
      c: [`${stack.name}:parent`, parent],
    });
    await recorded(2, {});
    await recorded(3, {});
    expect(await Promise.all([named, shared, parent, child].map(exists))).toEqual([true, true, true, true]);
    expect(await engine.imageId(`${stack.name}:named`, { signal })).toBe(named);
    expect(await engine.imageId(keptName(stack.name, 'a', 1), { signal })).toBeUndefined();
    expect(await engine.imageId(keptName(`${stack.name}-other`, 'web', 1), { signal })).toBe(shared);
    expect(said).toEqual([]);
  });
});

/** By the classic builder, whose images know their parents. */
async function createChild(parent: string): Promise<string> {
  await writeFile(join(root, 'Dockerfile'), `FROM ${parent}\nLABEL child=1\n`);
  const env = { ...(process.env as Record<string, string>), DOCKER_BUILDKIT: '0' };
  const args = ['build', '--quiet', '--tag', `${parent}-child`, root];
  await runCommand({ file: 'docker', args }, { env, signal, timeoutMs: 60_000 });
  return (await engine.imageId(`${parent}-child`, { signal })) ?? '';
}
