import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURES } from '../../../../workflows/contract.js';
import { createImages, type Images } from '../../../support/images.js';
import { startRegistry, type Registry } from '../../../support/registry.js';
import { JobWorld } from './job-world.js';

/** Docker's own words are no output of a container: no byte of the container's is taken for said because of them. */
describe('activities/jobs/run-job', () => {
  let images: Images;
  let registry: Registry;
  beforeAll(async () => {
    images = await createImages();
    registry = await startRegistry();
  }, 120_000);
  afterAll(async () => {
    await registry.remove();
    await images.cleanup();
  });

  let world: JobWorld;
  beforeEach(async () => {
    world = await JobWorld.create(images);
  });
  afterEach(() => world.remove());

  const counting = (count: number) => `command: sh -c 'for i in $(seq 1 ${count}); do echo line $i; sleep 0.1; done'`;
  const counted = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
  const linesOfContainer = () => world.lines.filter((line) => line.startsWith('line '));

  it('an image that is pulled first costs no line', async () => {
    const tag = `${registry.host}/counting:1`;
    await images.buildImage({ tag });
    await images.push(tag);
    await images.forget(tag);
    expect(await world.run(world.inImage(counting(3), tag))).toMatchObject({ outcome: 'done' });
    expect(world.lines.join('\n')).toMatch(/Unable to find image/);
    expect(linesOfContainer()).toEqual(counted(3));
  });

  /**
   * A double of an engine that goes away and comes back with its containers alive (live-restore), in front of the real
   * docker: the first `docker logs --follow` breaks off with docker's words, and nothing is answered until `back` is there.
   */
  async function breakingDocker(breaks: number): Promise<string> {
    const bin = join(world.root, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'docker'),
      `#!/bin/bash
PATH=\${PATH#*:}
cd ${world.root}
if [ -e away ]; then echo 'error during connect: is the docker daemon running?' >&2; exit 1; fi
if [ "$1 $2" = 'logs --follow' ] && [ "$(ls | grep -c '^broke')" -lt ${breaks} ]; then
  docker "$@" & sleep 0.5; kill $!; wait $!
  touch "broke$(ls | wc -l)" away
  echo 'error from daemon in stream: Error grabbing logs: unexpected EOF' >&2
  exit 1
fi
exec docker "$@"
`,
    );
    await chmod(join(bin, 'docker'), 0o755);
    return `${bin}:${process.env['PATH'] ?? ''}`;
  }

  it.each([1, 2])(
    'an engine that goes away %s times costs no line, and none comes twice',
    async (breaks) => {
      const job = world.inImage(counting(30));
      const environment = { PATH: await breakingDocker(breaks), HOME: world.root };
      for (let gone = 0; gone < breaks; gone += 1) {
        await expect(world.run(job, { environment })).rejects.toMatchObject({ type: FAILURES.engineUnavailable });
        await rm(join(world.root, 'away'));
      }
      expect(await world.run(job, { environment })).toMatchObject({ outcome: 'done' });
      expect(linesOfContainer()).toEqual(counted(30));
      expect(world.lines.filter((line) => line.startsWith('error from daemon'))).toHaveLength(breaks);
      expect(await world.containers()).toBe('');
    },
    60_000,
  );

  it('leaves no output behind that was handed on', async () => {
    await world.run(world.inImage(`command: sh -c 'seq 1 20000'`));
    expect(world.lines).toHaveLength(20_000);
    expect(await readFile(join(world.root, 'runs/run-1/output'), 'utf8')).toBe('');
  });
});
