/** One piece of work for all who ask for it before it begins. */
import { once } from 'node:events';

export class Together<T> {
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly next = new Map<string, Promise<T>>();

  /**
   * What `work` gives; it was begun after this was called. Who asks for the same `key` while it runs gets the next one, together
   * with all others who do: of them, the `work` of the first is done. It must not depend on who asks; whose `signal` is
   * aborted waits no longer.
   */
  async ask(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    return orAborted(this.next.get(key) ?? this.queue(key, work), signal);
  }

  private queue(key: string, work: () => Promise<T>): Promise<T> {
    const begun = (this.running.get(key) ?? Promise.resolve()).then(() => {
      this.next.delete(key);
      const done = work();
      const settled = done.then(ignored, ignored);
      this.running.set(key, settled);
      void settled.then(() => this.running.get(key) === settled && this.running.delete(key));
      return done;
    });
    this.next.set(key, begun);
    return begun;
  }
}

const ignored = (): void => undefined;

async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(() => signal.throwIfAborted());
  aborted.catch(ignored);
  try {
    return (await Promise.race([result, aborted])) as T;
  } finally {
    settled.abort();
  }
}
