import { describe, expect, it } from 'vitest';
import { onHost } from '../../../../activities/shared/mounts.js';
import { enterSibling, siblingTrouble, type Container } from '../../../../activities/stack/sibling.js';

const container: Container = {
  id: 'own-id',
  imageId: 'sha256:own',
  environment: { BIRDKEEPER_LINKS: '/repos=/srv/repos' },
  mounts: [
    { source: '/srv', target: '/srv' },
    { source: '/var/lib/docker/volumes/state/_data', target: '/state' },
    { source: '/big/data', target: '/srv/data' },
  ],
};
const platform = { name: 'platform', dir: '/srv/platform', tree: '/state/staging/platform', commit: 'a' };
const staged = {
  checkouts: [platform],
  binds: [{ live: '/srv/platform/env.local', staged: '/state/staging/platform/env.local' }],
};

describe('activities/stack/sibling', () => {
  it.each([
    ['/srv/platform', '/srv/platform'],
    ['/srv/data/x', '/big/data/x'],
    ['/srv', '/srv'],
    ['/state/staging', '/var/lib/docker/volumes/state/_data/staging'],
    ['/stateful', undefined],
    ['/etc', undefined],
  ])('the host has %s at %s', (path, there) => {
    expect(onHost(path, container.mounts)?.path).toBe(there);
  });

  it('finds a path everywhere under a mount of the root', () => {
    expect(onHost('/etc/x', [{ source: '/host', target: '/' }])?.path).toBe('/host/etc/x');
  });

  it('puts the staged trees over the live ones, and the live side of what git does not track over these', () => {
    const { file, args } = enterSibling(staged, container)({ file: 'docker', args: ['compose', 'config'] });
    expect(file).toBe('/bin/sh');
    const options = args.join(' ');
    expect(options).toContain('--volume /var/lib/docker/volumes/state/_data/staging/platform:/srv/platform');
    expect(options).toContain('--volume /srv/platform/env.local:/srv/platform/env.local');
    expect(options).toContain('--volumes-from own-id');
    expect(options).toContain('--network container:own-id');
    expect(args.slice(-3)).toEqual(['docker', 'compose', 'config']);
  });

  it('shows the command rather than the container around it', () => {
    expect(enterSibling(staged, container)({ file: 'docker', args: ['compose', 'config'] }).shownAs).toBe(
      'docker compose config',
    );
  });

  it('needs what is staged to lie on a mount', () => {
    expect(siblingTrouble(staged, container)).toBeUndefined();
    const elsewhere = { checkouts: [{ ...platform, tree: '/tmp/staging' }], binds: [] };
    expect(siblingTrouble(elsewhere, container)).toBe('/tmp/staging is not on a mount of this container');
  });
});
