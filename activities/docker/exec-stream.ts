/** The talk with a program that runs in a container: its two outputs come in frames, through one stream. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, type Duplex } from 'node:stream';
import type { ExecOptions } from '../backup/types.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';

const MAX_STDOUT = 64 * 1024;
const MAX_STDERR = 16 * 1024;
const HEADER_BYTES = 8;

type Talk = Pick<ExecOptions, 'stdin' | 'stdoutTo'>;

/** Ends with the program. A file gets everything, at its own pace; what comes back as text is cut. */
export async function converse(
  stream: Duplex,
  { stdin, stdoutTo }: Talk,
  signal: AbortSignal,
): Promise<{ stdout: string; stderr: string }> {
  const end = () => stream.destroy();
  signal.addEventListener('abort', end, { once: true });
  const ended = new AbortController();
  const file = stdoutTo === undefined ? undefined : await onDisk(open(stdoutTo, 'w', 0o600));
  try {
    const given = give(stream, stdin, ended.signal);
    let stdout = '';
    let stderr = '';
    for await (const { from, chunk } of frames(stream)) {
      if (from === 'stderr') stderr = (stderr + chunk.toString('utf8')).slice(-MAX_STDERR);
      else if (file) await onDisk(file.writeFile(chunk));
      else if (stdout.length < MAX_STDOUT) stdout += chunk.toString('utf8');
    }
    signal.throwIfAborted();
    ended.abort();
    await given;
    if (file) await onDisk(file.sync());
    return { stdout, stderr };
  } finally {
    ended.abort();
    signal.removeEventListener('abort', end);
    await file?.close();
    stream.destroy();
  }
}

/** A program that ends before it has read everything is judged by its status, not by this. */
async function give(stream: Duplex, stdin: ExecOptions['stdin'], ended: AbortSignal): Promise<void> {
  if (stdin === undefined) return;
  stream.on('error', () => undefined);
  const source = 'file' in stdin ? createReadStream(stdin.file) : Readable.from([Buffer.from(stdin.text)]);
  try {
    for await (const chunk of source) {
      if (ended.aborted) return;
      if (!stream.write(chunk)) await once(stream, 'drain', { signal: ended });
    }
    stream.end();
  } catch (error) {
    if (!ended.aborted) stream.destroy(diskFailure(error));
  } finally {
    source.destroy();
  }
}

async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw diskFailure(error);
  }
}

/** A file of ours is not the engine's: its error must not be taken for one of the engine. */
function diskFailure(error: unknown): StepFailure {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  const what = isFull
    ? 'There is no room for a dump: make some in the state directory'
    : 'A dump on disk cannot be used';
  const type = isFull ? FAILURES.diskFull : FAILURES.applyFailed;
  return new StepFailure(type, `${what} (${messageOf(error)}).`, undefined, { cause: error });
}

/** Each frame: stream (1 or 2), three zero bytes, length, content. A piece of one is handed on as it comes. */
export async function* frames(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<{ from: 'stdout' | 'stderr'; chunk: Buffer }> {
  let header = Buffer.alloc(0);
  let left = 0;
  let from: 'stdout' | 'stderr' = 'stdout';
  for await (let piece of stream) {
    while (piece.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, piece.subarray(0, missing)]);
        piece = piece.subarray(missing);
        if (header.length < HEADER_BYTES) continue;
        from = header[0] === 2 ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      } else {
        const chunk = piece.subarray(0, left);
        piece = piece.subarray(left);
        left -= chunk.length;
        yield { from, chunk };
      }
    }
  }
  if (left > 0 || header.length > 0) throw new Error('the engine broke off in the middle of an output');
}
