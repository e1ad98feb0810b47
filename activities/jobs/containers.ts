/** The containers of a run, by their labels. */
import type { Call } from '../docker/types.js';

/** What is asked of the engine. */
export interface RunEngine {
  /** Ids of containers that have all these labels (`name=value`), in one of these states when some are given. */
  find(labels: readonly string[], states: readonly string[], call: Call): Promise<string[]>;
  /** They get some seconds to end by themselves. One that is gone or has ended: nothing happens. */
  stop(id: string, seconds: number, call: Call): Promise<void>;
  /** With its anonymous volumes, as `docker run --rm` does. `force`: also one that runs. Gone already: nothing happens. */
  remove(id: string, force: boolean, call: Call): Promise<void>;
}

export interface RunIdentity {
  /** `<stack>/<job>`. */
  readonly job: string;
  readonly run: string;
}

const STOP_SECONDS = 10;
const ENDED = ['created', 'exited', 'dead'];

export class RunContainers {
  constructor(
    private readonly identity: RunIdentity,
    private readonly engine: RunEngine,
  ) {}

  /** They get a moment to end by themselves. Gone already: nothing happens. */
  async end(signal: AbortSignal): Promise<void> {
    const ids = await this.engine.find([this.ofRun], [], { signal });
    await Promise.all(ids.map((id) => this.engine.stop(id, STOP_SECONDS, { signal })));
    await this.remove(signal);
  }

  async remove(signal: AbortSignal): Promise<void> {
    const ids = await this.engine.find([this.ofRun], [], { signal });
    await Promise.all(ids.map((id) => this.engine.remove(id, true, { signal })));
  }

  /** Those of other runs of the job that do not run. */
  async removeFormer(signal: AbortSignal): Promise<void> {
    const ids = await this.engine.find([`birdkeeper.job=${this.identity.job}`], ENDED, { signal });
    await Promise.all(ids.map((id) => this.engine.remove(id, false, { signal })));
  }

  private get ofRun(): string {
    return `birdkeeper.job.run=${this.identity.run}`;
  }
}
