/** What a run has written, line by line, across workers: how far it was handed on is kept beside it. */
import { open, readFile } from 'node:fs/promises';
import { writeAtomically } from '../shared/files.js';

const CHUNK_BYTES = 256 * 1024;
/** A line that never ends is handed on in pieces. */
const MOST_LINE_BYTES = 64 * 1024;

export class RunOutput {
  private offset = 0;

  private constructor(
    private readonly path: string,
    private readonly mark: string,
  ) {}

  /** `path`: the file that the run appends to. What was handed on before, by whatever worker, is not handed on again. */
  static async open(path: string): Promise<RunOutput> {
    const output = new RunOutput(path, `${path}.told`);
    const told = await readFile(output.mark, 'utf8').catch(() => '0');
    output.offset = Number.parseInt(told, 10) || 0;
    return output;
  }

  /** The lines that came since, whole ones; `last`: also one without its end. */
  async lines({ last = false } = {}): Promise<string[]> {
    const bytes = await this.unread();
    const end = bytes.lastIndexOf(0x0a) + 1;
    const whole = last || bytes.length - end > MOST_LINE_BYTES ? bytes.length : end;
    if (whole === 0) return [];
    this.offset += whole;
    const text = bytes.subarray(0, whole).toString('utf8');
    return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  }

  /** To be called when what `lines` gave is written. */
  async told(): Promise<void> {
    await writeAtomically(this.mark, String(this.offset));
  }

  private async unread(): Promise<Buffer> {
    const file = await open(this.path, 'r');
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(0, size - this.offset)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}
