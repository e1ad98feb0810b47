import { describe, expect, it } from 'vitest';
import { judgeRoom } from '../../../../worker/doctor/room.js';

const MB = 1024 * 1024;
const place = (mb: number | undefined) => ({
  what: 'docker root',
  directory: '/d',
  freeBytes: mb === undefined ? undefined : mb * MB,
});

describe('worker/doctor/room', () => {
  it('is content above twice the limit, warns below that and fails below the limit', () => {
    expect(judgeRoom([place(5_000), place(3_000)], 1_024)).toMatchObject([
      { result: 'ok', finding: '3000 MB left at least' },
    ]);
    expect(judgeRoom([place(5_000), place(1_500)], 1_024)).toMatchObject([{ result: 'warn' }]);
    expect(judgeRoom([place(100), place(1_500)], 1_024)).toMatchObject([{ result: 'fail' }, { result: 'warn' }]);
    expect(judgeRoom([place(undefined), place(9_000)], 1_024)).toMatchObject([{ result: 'ok' }]);
    expect(judgeRoom([], 1_024)).toMatchObject([{ result: 'warn' }]);
  });
});
