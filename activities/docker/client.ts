import Docker from 'dockerode';
import { type EngineAddress, describeAddress } from './address.js';
import { engineFailure, engineTimeout } from './errors.js';

/** dockerode with a limit, an abort signal and translated errors on every call. */
export class EngineClient {
  readonly docker: Docker;
  readonly address: string;

  constructor(address: EngineAddress) {
    // Every field is given: dockerode otherwise reads DOCKER_HOST by itself.
    this.docker = new Docker(
      'socketPath' in address
        ? { socketPath: address.socketPath, protocol: 'http' }
        : { host: address.host, port: address.port, protocol: 'http' },
    );
    this.address = describeAddress(address);
  }

  /**
   * Runs one call. `what` names it in errors. The promise ends with the limit or the signal even where dockerode does
   * not pass the signal on.
   */
  async call<T>(
    what: string,
    limitMs: number,
    signal: AbortSignal,
    ask: (docker: Docker, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const limit = AbortSignal.timeout(limitMs);
    const either = AbortSignal.any([signal, limit]);
    let onAbort = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(new Error('aborted'));
      either.addEventListener('abort', onAbort, { once: true });
    });
    const answer = ask(this.docker, either);
    try {
      return await Promise.race([answer, aborted]);
    } catch (error) {
      answer.catch(() => undefined);
      signal.throwIfAborted();
      if (limit.aborted) throw engineTimeout(what, limitMs, this.address);
      throw engineFailure(error, what, this.address);
    } finally {
      either.removeEventListener('abort', onAbort);
    }
  }
}
