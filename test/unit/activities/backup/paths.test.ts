import { describe, expect, it } from 'vitest';
import { declarationOfEntries, readEntry } from '../../../../activities/backup/paths.js';

describe('activities/backup/paths', () => {
  const read = (entry: string) => readEntry(entry, '/srv/birds');

  it.each([
    ['/data/../data/x', '/data/x'],
    ['data/geoserver', '/srv/birds/data/geoserver'],
    ['./env.local', '/srv/birds/env.local'],
    ['../config', '/srv/config'],
    ['-rf', '/srv/birds/-rf'],
    ['volumes:x', '/srv/birds/volumes:x'],
  ])('%s is the path %s', (entry, path) => {
    expect(read(entry)).toEqual({ kind: 'path', entry, path });
  });

  it('volume:NAME is a volume', () => {
    expect(read('volume:birds_db.1')).toEqual({ kind: 'volume', entry: 'volume:birds_db.1', volume: 'birds_db.1' });
  });

  it.each(['', '  ', 'volume:', 'volume:../x', 'volume:a b', '/data\0'])('%j is neither', (entry) => {
    expect(typeof read(entry)).toBe('string');
  });

  it('entries are what a component of their name declares', () => {
    expect(declarationOfEntries(['data', 'volume:birds_db'], '/srv/birds')).toEqual({
      component: 'BIRDKEEPER_BACKUP_PATHS',
      application: [
        { kind: 'path', path: '/srv/birds/data' },
        { kind: 'volume', volume: 'birds_db' },
      ],
    });
    expect(declarationOfEntries(['', 'a'], '/srv')).toEqual(['an empty entry names nothing']);
  });
});
