import { describe, expect, it } from 'vitest';
import { mountsIn } from '../../../../activities/notebooks/mounts.js';

const MOUNTINFO = `22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
31 22 8:2 /x /data/hub rw,relatime shared:1 - ext4 /dev/sdb1 rw
32 31 8:2 /y /data/hub/note\\040books/in rw - ext4 /dev/sdb1 rw
`;

describe('activities/notebooks/mounts', () => {
  it('finds a mount point and what is mounted below', () => {
    expect(mountsIn('/data/hub', MOUNTINFO)).toEqual(['/data/hub', '/data/hub/note books/in']);
    expect(mountsIn('/data/hub/note books', MOUNTINFO)).toEqual(['/data/hub/note books/in']);
  });

  it('a directory below a mount, or of a like name, is none', () => {
    expect(mountsIn('/data/hub/other', MOUNTINFO)).toEqual([]);
    expect(mountsIn('/data/hu', MOUNTINFO)).toEqual([]);
    expect(mountsIn('/x', '')).toEqual([]);
  });
});
