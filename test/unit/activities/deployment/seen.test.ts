import { describe, expect, it } from 'vitest';
import { createBackupEngine } from '../../../../activities/docker/backup-engine.js';
import { hiddenFrom, requireSeen, seeing } from '../../../../activities/deployment/seen.js';

const OWN = {
  mounts: [
    { source: '/srv/stack', target: '/srv/stack' },
    { source: '/srv/docker/volumes', target: '/srv/docker/volumes' },
  ],
};

describe('activities/deployment/seen', () => {
  it('hides nothing from a process in no container', () => {
    expect(hiddenFrom(undefined)('/anywhere')).toBeUndefined();
  });

  it.each(['/srv/stack', '/srv/stack/logs', '/srv/docker/volumes/a/_data/x'])('shows what is mounted: %s', (path) => {
    expect(hiddenFrom(OWN)(path)).toBeUndefined();
  });

  it.each([
    [
      '/srv',
      "/srv of the host is not mounted into birdkeeper's container: add it to BIRDKEEPER_EXTRA_MOUNTS in env.local",
    ],
    ['/srv/stacks', 'add it to BIRDKEEPER_EXTRA_MOUNTS'],
    ['/data/volumes/a', 'add it to BIRDKEEPER_EXTRA_MOUNTS'],
    ['/other/docker/volumes/a/_data/logs', "set BIRDKEEPER_DOCKER_ROOT_DIR='/other/docker'"],
    ['/var/lib/docker/volumes/a/_data', 'add /var/lib/docker/volumes to BIRDKEEPER_EXTRA_MOUNTS'],
  ])('hides what is not, and says what to set: %s', (path, said) => {
    expect(hiddenFrom(OWN)(path)).toContain(said);
  });

  it('never lets a path of a container pass that it does not see, nor one of no mount for hidden', async () => {
    const call = { signal: new AbortController().signal };
    const ofMount = (path: string | undefined) => {
      const engine = { ...createBackupEngine({ project: 'bk-test-seen' }), hostPathOf: () => Promise.resolve(path) };
      return seeing(engine, hiddenFrom(OWN)).hostPathOf('id', '/data/birds.sqlite', call);
    };
    await expect(ofMount('/other/docker/volumes/a/_data/birds.sqlite')).rejects.toThrow(/BIRDKEEPER_DOCKER_ROOT_DIR/);
    expect(await ofMount('/srv/docker/volumes/a/_data/birds.sqlite')).toBe('/srv/docker/volumes/a/_data/birds.sqlite');
    expect(await ofMount(undefined)).toBeUndefined();
  });

  it('refuses with every path that is hidden, and lets through what is not set', () => {
    const hidden = hiddenFrom(OWN);
    expect(() => requireSeen(['/one', undefined, '/srv/stack/x', '/two'], hidden)).toThrow(
      /^Nothing was done: \/one of the host .*; \/two of the host .*deploy\.$/,
    );
    expect(() => requireSeen([undefined, '/srv/stack/x'], hidden)).not.toThrow();
  });
});
