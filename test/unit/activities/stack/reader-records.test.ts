import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../../../activities/stack/reader-records.js';

const records = (...words: string[]) => parseRecords(words.map((word) => `${word}\0`).join(''));

describe('activities/stack/reader-records', () => {
  it('tells where a reading was when it ended', () => {
    expect(records('file', '/a', 'done', 'component', '/c', 'file', '/c/default.env')).toMatchObject({
      files: ['/a', '/c/default.env'],
      components: ['/c'],
      current: '/c/default.env',
      complete: false,
    });
  });

  it('keeps values that look like records', () => {
    const read = records('exported', 'A=end', '_bk_x=1', 'SHLVL=2', 'BASH_FUNC_f%%=() {', 'other', 'B=a=b\nc', 'end');
    expect(read).toMatchObject({ complete: true, exported: { A: 'end' }, all: { A: 'end', B: 'a=b\nc' } });
    expect(Object.keys(read.all)).toEqual(['A', 'B']);
  });

  it('keeps why the script stopped', () => {
    expect(records('file', '/a', 'stop', 'syntax', '/a: 1: x').stopped).toEqual({ reason: 'syntax', text: '/a: 1: x' });
  });
});
