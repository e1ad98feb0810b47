import { describe, expect, it } from 'vitest';
import { readSnapshotName, wrongWith } from '../../../../activities/backup/dump-format.js';

describe('activities/backup/dump-format', () => {
  it.each([
    ['postgres', 'PGDMP\x01\x0e'],
    ['sqlite', 'SQLite format 3\0'],
    ['mongo', '\x6d\xe2\x99\x81'],
  ] as const)('%s is known by its beginning', (database, text) => {
    expect(wrongWith(database, Buffer.from(text, 'latin1'))).toBeUndefined();
    expect(wrongWith(database, Buffer.from(text.slice(0, 3), 'latin1'))).toMatch('does not begin');
    expect(wrongWith(database, Buffer.from('error: no such database'))).toMatch('does not begin');
    expect(wrongWith(database, Buffer.alloc(0))).toBe('it is empty');
  });

  it.each([
    ['{"status":"success","data":{"name":"20260102T030405Z-0a1b2c"}}', '20260102T030405Z-0a1b2c'],
    ['{"status":"success","data":{"name":"../../etc"}}', undefined],
    ['{"status":"error","error":"admin APIs disabled"}', undefined],
    ['<html>', undefined],
    ['', undefined],
  ])('%s names the snapshot %s', (answer, name) => {
    expect(readSnapshotName(answer)).toBe(name);
  });
});
