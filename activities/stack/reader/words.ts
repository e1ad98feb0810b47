/** The NUL-separated words of the reader's shell, as they come. Pure. */
import { decode } from '../../shared/bytes.js';

export class WordStream {
  private rest: Buffer = Buffer.alloc(0);

  /** Words that the chunk completes. */
  take(chunk: Buffer): string[] {
    const text = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const words: string[] = [];
    let start = 0;
    for (let end = text.indexOf(0, start); end >= 0; end = text.indexOf(0, start)) {
      words.push(decode(text.subarray(start, end)));
      start = end + 1;
    }
    this.rest = text.subarray(start);
    return words;
  }
}
