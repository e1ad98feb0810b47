import { describe, expect, it } from 'vitest';
import {
  kindOfArchive,
  listCommand,
  parseListing,
  problemOfMembers,
  unpackCommand,
  type Member,
} from '../../../../activities/notebooks/archive-listing.js';

const LIMITS = { bytes: 1000, members: 3 };

describe('activities/notebooks/archive-listing', () => {
  it('is known by its first bytes', () => {
    const tar = Buffer.alloc(512);
    tar.write('ustar', 257);
    expect(kindOfArchive(tar)).toBe('tar');
    expect(kindOfArchive(Buffer.from([0x1f, 0x8b, 8]))).toBe('tar');
    expect(kindOfArchive(Buffer.from('PK\x03\x04', 'latin1'))).toBe('zip');
    expect(kindOfArchive(Buffer.from('<html>'))).toBeUndefined();
    expect(kindOfArchive(Buffer.alloc(0))).toBeUndefined();
  });

  it('the commands are lists', () => {
    expect(listCommand('zip', '/a b.zip')).toMatchObject({ file: 'unzip', args: ['-Z', '-s', '-h', '-t', '/a b.zip'] });
    expect(unpackCommand('tar', '/a.tar', '/to', LIMITS)).toMatchObject({
      file: 'prlimit',
      args: [
        '--fsize=1000',
        'tar',
        '--extract',
        '--no-same-owner',
        '--no-same-permissions',
        '--directory=/to',
        '--file=/a.tar',
      ],
    });
  });

  it('what tar lists', () => {
    const output = `drwxr-xr-x 0/0               0 2026-11-27 04:00:00 "x/"
-rw-r--r-- 0/0              12 2026-11-27 04:00:00 "x/a \\"b\\"\\n.ipynb"
lrwxrwxrwx 0/0               0 2026-11-27 04:00:00 "x/l" -> "../up"
hrw-r--r-- 0/0               0 2026-11-27 04:00:00 "x/h" link to "x/a"
crw-r--r-- 0/0             1,3 2026-11-27 04:00:00 "x/null"
`;
    expect(parseListing('tar', output)).toEqual([
      { name: 'x/', kind: 'directory', size: 0 },
      { name: 'x/a "b"\n.ipynb', kind: 'file', size: 12 },
      { name: 'x/l', kind: 'link', size: 0, to: '../up' },
      { name: 'x/h', kind: 'hard link', size: 0, to: 'x/a' },
      { name: 'x/null', kind: 'other', size: 1 },
    ]);
  });

  it('what unzip lists', () => {
    const output = `Archive:  /x.zip
Zip file size: 300 bytes, number of entries: 3
-rw-r--r--  2.0 unx       12 b- stor 26-Nov-27 04:00 x/a b.ipynb
drwxr-xr-x  2.0 unx        0 b- stor 26-Nov-27 04:00 x/
lrwxrwxrwx  2.0 unx        5 b- stor 26-Nov-27 04:00 x/l
3 files, 17 bytes uncompressed, 17 bytes compressed:  0.0%
`;
    expect(parseListing('zip', output)).toEqual([
      { name: 'x/a b.ipynb', kind: 'file', size: 12 },
      { name: 'x/', kind: 'directory', size: 0 },
      { name: 'x/l', kind: 'link', size: 5 },
    ]);
    expect(() => parseListing('zip', output.replace('3 files', '4 files'))).toThrow(RangeError);
    expect(() => parseListing('zip', `${output}hidden\n`)).toThrow('hidden');
    expect(() => parseListing('tar', 'anything')).toThrow(RangeError);
  });

  const file = (name: string, size = 1): Member => ({ name, kind: 'file', size });
  const link = (name: string, to: string): Member => ({ name, kind: 'link', size: 0, to });

  it.each<[string, Member[], RegExp]>([
    ['an absolute path', [file('/etc/passwd')], /leads out.*passwd/],
    ['a path upwards', [file('a/../../b')], /leads out/],
    ['a path of Windows', [file('..\\b')], /leads out/],
    ['a drive', [file('c:\\b')], /leads out/],
    ['an absolute link', [link('a', '/etc')], /a link that leads out/],
    ['a link upwards', [link('a/b', '../../c')], /a link that leads out/],
    ['a hard link out', [{ name: 'a', kind: 'hard link', size: 0, to: '../b' }], /a link that leads out/],
    ['a device', [{ name: 'a', kind: 'other', size: 0 }], /no file/],
    ['a bomb', [file('a', 600), file('b', 600)], /more than 1 kB/],
    ['too many', [file('a'), file('b'), file('c'), file('d')], /more than 3 files/],
  ])('%s is refused', (_, members, problem) => {
    expect(problemOfMembers(members, LIMITS)).toMatch(problem);
  });

  it('files, and links within, are taken', () => {
    expect(problemOfMembers([file('./a..b/c'), link('a/b', '../c'), file('d')], LIMITS)).toBeUndefined();
  });
});
