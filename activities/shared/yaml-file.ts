/** Small YAML files that people write by hand, as bytes. */
import { open, stat } from 'node:fs/promises';
import { MAX_BYTES } from './yaml-text.js';

/** One byte more than is accepted, so that a huge file costs no more than a refused one. */
export async function beginningOf(path: string): Promise<Buffer> {
  // Looked at first: opening a named pipe waits for who writes into it.
  if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got) {
      got = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
