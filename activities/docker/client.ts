import type Docker from 'dockerode';
import { type EngineAddress, describeAddress } from './address.js';
import { engineFailure, engineTimeout } from './errors.js';

/** dockerode with a limit, an abort signal and translated errors on every call. */
export class EngineClient {
  readonly address: string;
  private loaded: Promise<Docker> | undefined;

  constructor(private readonly to: EngineAddress) {
    this.address = describeAddress(to);
  }

  private get docker(): Promise<Docker> {
    return (this.loaded ??= connect(this.to));
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
    const answer = this.docker.then((docker) => ask(docker, either));
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

/** Loaded at the first call: with its gRPC and ssh clients it is a fifth of what a worker loads, and none of it is needed to poll. */
async function connect(address: EngineAddress): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  // Every field is given: dockerode otherwise reads DOCKER_HOST by itself.
  return new Dockerode(
    'socketPath' in address
      ? { socketPath: address.socketPath, protocol: 'http' }
      : { host: address.host, port: address.port, protocol: 'http' },
  );
}
