/** Follows a file by its name, over rotations: another file in its place, or the same one cut to nothing. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { isMissing } from '../../activities/shared/files.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;

export class FileTail {
  private file: FileHandle | undefined;
  private identity = '';
  private offset = 0;
  private cut: Buffer = Buffer.alloc(0);

  constructor(readonly path: string) {}

  /** Whole lines that have come since the last call; the first call gives all there are. A file that is not there has none. */
  async lines(): Promise<string[]> {
    const lines = this.file === undefined ? [] : await this.rest();
    const seen = await stat(this.path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    // Between two rotations there may be no file: the old one goes on until a new one is there.
    if (seen === undefined) return lines;
    if (this.file === undefined || `${seen.dev}:${seen.ino}` !== this.identity) {
      lines.push(...(this.file === undefined ? [] : await this.rest()), ...this.cutLine());
      await this.reopen();
      lines.push(...(await this.rest()));
    } else if (seen.size < this.offset) {
      this.offset = 0;
      this.cut = Buffer.alloc(0);
      lines.push(...(await this.rest()));
    }
    return lines;
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  private async reopen(): Promise<void> {
    await this.close();
    try {
      this.file = await open(this.path, 'r');
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    const { dev, ino } = await this.file.stat();
    this.identity = `${dev}:${ino}`;
    this.offset = 0;
  }

  /** What a file holds after its last newline, once nothing can follow. */
  private cutLine(): string[] {
    const line = this.cut.toString('utf8');
    this.cut = Buffer.alloc(0);
    return line === '' ? [] : [line];
  }

  private async rest(): Promise<string[]> {
    const chunks: Buffer[] = [this.cut];
    for (;;) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = (await this.file?.read(buffer, 0, CHUNK_BYTES, this.offset))?.bytesRead ?? 0;
      if (read === 0) break;
      this.offset += read;
      chunks.push(buffer.subarray(0, read));
    }
    // Cut at line ends before it is decoded: a character may be half-written.
    const all = Buffer.concat(chunks);
    const end = all.lastIndexOf(NEWLINE);
    this.cut = all.subarray(end + 1);
    return end < 0 ? [] : all.subarray(0, end).toString('utf8').split('\n');
  }
}
