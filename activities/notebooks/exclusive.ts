/** One thing at a time. */

/** Tasks of one name run one after the other, in the order in which they came, whatever becomes of each. */
export class Exclusive {
  private readonly last = new Map<string, Promise<unknown>>();

  async run<T>(name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const before = this.last.get(name) ?? Promise.resolve();
    const mine = before.then(() => {
      signal.throwIfAborted();
      return task();
    });
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (this.last.get(name) === settled) this.last.delete(name);
    }
  }
}
