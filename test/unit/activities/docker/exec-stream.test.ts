import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frames } from '../../../../activities/docker/exec-stream.js';

describe('activities/docker/exec-stream', () => {
  async function read(pieces: Buffer[]): Promise<Record<'stdout' | 'stderr', string>> {
    const said = { stdout: '', stderr: '' };
    for await (const { from, chunk } of frames(Readable.from(pieces))) said[from] += chunk.toString('latin1');
    return said;
  }
  const frame = (stream: number, text: string) => {
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(text.length, 4);
    return Buffer.concat([header, Buffer.from(text, 'latin1')]);
  };

  it('both outputs come through, wherever the pieces are cut', async () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(1, 2), text)),
        fc.integer({ min: 1, max: 20 }),
        async (sent, size) => {
          const whole = Buffer.concat(sent.map(([stream, said]) => frame(stream, said)));
          const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
            whole.subarray(at * size, (at + 1) * size),
          );
          const of = (wanted: number) =>
            sent
              .filter(([stream]) => stream === wanted)
              .map(([, said]) => said)
              .join('');
          expect(await read(pieces)).toEqual({ stdout: of(1), stderr: of(2) });
        },
      ),
    );
  });

  it('an output that breaks off is no end', async () => {
    await expect(read([frame(1, 'words').subarray(0, 10)])).rejects.toThrow('broke off');
    await expect(read([frame(1, 'words').subarray(0, 4)])).rejects.toThrow('broke off');
  });
});
