import type { EngineEvent } from '../docker/types.js';

/** Events between the stream that brings them and the watcher that takes them. */
export class Mailbox {
  private events: EngineEvent[] = [];
  private wake: (() => void) | undefined;

  put(event: EngineEvent): void {
    this.events.push(event);
    this.wake?.();
  }

  /** All events that are there; waits for the first when there is none, at most so long. Throws when the signal is aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<EngineEvent[]> {
    signal.throwIfAborted();
    if (this.events.length === 0) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.max(0, milliseconds));
        this.wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
      this.wake = undefined;
      signal.throwIfAborted();
    }
    return this.events.splice(0);
  }
}
