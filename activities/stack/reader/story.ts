/** What the reader's shell tells of itself while it works: a word, then what the word is about. Pure. */

export const STOP_REASONS = ['dangling', 'directory', 'special', 'unreadable', 'syntax', 'environment'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export class ReadingStory {
  /** Files in the order in which they were begun; `env.local` appears twice. */
  readonly files: string[] = [];
  /** Names of DELAYED_EVAL whose text is no shell. */
  readonly failed: string[] = [];
  /** The file that is being read. */
  current: string | undefined;
  /** The name of DELAYED_EVAL that is being evaluated. */
  evaluated: string | undefined;
  stopped: { reason: StopReason; text: string } | undefined;
  private readonly expected: ((word: string) => void)[] = [];

  /** False for a word that belongs to an answer. */
  hear(word: string): boolean {
    const take = this.expected.shift();
    if (take) take(word);
    else return this.begin(word);
    return true;
  }

  private begin(word: string): boolean {
    switch (word) {
      case 'file':
        this.expected.push((path) => this.files.push((this.current = path)));
        return true;
      case 'delayed':
        this.expected.push((name) => (this.evaluated = name));
        return true;
      case 'failed':
        this.expected.push((name) => this.failed.push(name));
        return true;
      case 'done':
        this.current = this.evaluated = undefined;
        return true;
      case 'stop':
        this.expected.push((reason) =>
          this.expected.push((text) => (this.stopped = { reason: toReason(reason), text })),
        );
        return true;
      default:
        return false;
    }
  }
}

const toReason = (word: string): StopReason => STOP_REASONS.find((reason) => reason === word) ?? 'environment';
