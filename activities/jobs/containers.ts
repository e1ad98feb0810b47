/** The containers of a run, by their labels. Through docker's own command, as the run itself makes them. */
import { CommandFailed, runCommand } from '../shared/run-command.js';
import { FAILURES, StepFailure } from '../shared/failures.js';

export interface RunIdentity {
  /** `<stack>/<job>`. */
  readonly job: string;
  readonly run: string;
  readonly environment: Record<string, string>;
}

const LIMIT_MS = 120_000;
const STOP_SECONDS = 10;

export class RunContainers {
  constructor(private readonly identity: RunIdentity) {}

  /** They get a moment to end by themselves. Gone already: nothing happens. */
  async end(signal: AbortSignal): Promise<void> {
    const ids = await this.found([`label=birdkeeper.job.run=${this.identity.run}`], signal);
    if (ids.length > 0) await this.docker(['stop', '--time', String(STOP_SECONDS), ...ids], signal);
    await this.remove(signal);
  }

  /** With their anonymous volumes, as `docker run --rm` does. */
  async remove(signal: AbortSignal): Promise<void> {
    const ids = await this.found([`label=birdkeeper.job.run=${this.identity.run}`], signal);
    if (ids.length > 0) await this.docker(['rm', '--force', '--volumes', ...ids], signal);
  }

  /** Those of other runs of the job that do not run. */
  async removeFormer(signal: AbortSignal): Promise<void> {
    const states = ['created', 'exited', 'dead'].map((state) => `status=${state}`);
    const ids = await this.found([`label=birdkeeper.job=${this.identity.job}`, ...states], signal);
    if (ids.length > 0) await this.docker(['rm', '--volumes', ...ids], signal);
  }

  private async found(filters: readonly string[], signal: AbortSignal): Promise<string[]> {
    const args = ['ps', '--all', '--quiet', '--no-trunc', ...filters.flatMap((filter) => ['--filter', filter])];
    return (await this.docker(args, signal)).split('\n').filter((id) => id !== '');
  }

  private async docker(args: string[], signal: AbortSignal): Promise<string> {
    try {
      const { environment: env } = this.identity;
      return (await runCommand({ file: 'docker', args }, { env, signal, timeoutMs: LIMIT_MS })).stdout;
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
      if (error.reason === 'not started') {
        throw new StepFailure(FAILURES.configuration, `${error.message}. Jobs need the command docker on this host.`);
      }
      // Somebody else was faster.
      if (/No such container|is already in progress/i.test(error.stderr)) return '';
      throw new StepFailure(FAILURES.engineUnavailable, error.message);
    }
  }
}
