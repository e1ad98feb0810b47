import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLines } from '../../../../activities/docker/logs.js';

const frame = (text: string, stream = 1) => {
  const body = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
};

describe('activities/docker/logs', () => {
  it('joins the frames of both streams', () => {
    expect(logLines(Buffer.concat([frame('one\ntw'), frame('o\n', 2)]))).toEqual(['one', 'two']);
  });

  it('takes the text of a terminal as it is', () => {
    expect(logLines(Buffer.from('a longer line\r\nand more\r\n'))).toEqual(['a longer line', 'and more']);
  });

  it('never throws, whatever a container wrote', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => Array.isArray(logLines(Buffer.from(bytes)))));
  });
});
