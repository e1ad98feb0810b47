import { describe, expect, it } from 'vitest';
import { onHost } from '../../../../activities/shared/mounts.js';

describe('activities/shared/mounts', () => {
  it('the deepest mount that holds the path, however it is written', () => {
    const mounts = [
      { source: '/srv/a/', target: '/' },
      { source: '/srv/b', target: '/x/' },
      { source: '', target: '/x/tmp' },
    ];
    expect(onHost('/x/y', mounts)).toEqual({ path: '/srv/b/y', source: '/srv/b' });
    expect(onHost('/xy', mounts)).toEqual({ path: '/srv/a/xy', source: '/srv/a/' });
    expect(onHost('/x/y/../../etc', mounts)).toEqual({ path: '/srv/a/etc', source: '/srv/a/' });
    expect(onHost('/x/../../etc', mounts.slice(1))).toBeUndefined();
  });

  it('a mount of the whole host, and the mount itself', () => {
    expect(onHost('/host', [{ source: '/', target: '/host' }])?.path).toBe('/');
    expect(onHost('/host/etc', [{ source: '/', target: '/host' }])?.path).toBe('/etc');
    expect(onHost('/x', [{ source: '', target: '/x' }])).toBeUndefined();
  });
});
