/** The NUL-separated words of the reader's shell, as they come. Pure. */
import { decode } from '../../shared/bytes.js';

export class WordStream {
  /** Of the word that has begun: joined once, since it may be large. */
  private begun: Buffer[] = [];

  /** Words that the chunk completes. */
  take(chunk: Buffer): string[] {
    const words: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      words.push(decode(Buffer.concat([...this.begun, chunk.subarray(start, end)])));
      this.begun = [];
      start = end + 1;
    }
    this.begun.push(chunk.subarray(start));
    return words;
  }
}
