/** Log rotation, joined with the configuration of its stack. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { rotateLogs as rotate, type NginxLogs } from '../log-rotation/index.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import type { StackSettings } from '../stack/settings.js';
import type { Activities, StackInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { watched } from './job-notices.js';
import { openConfiguration } from './open.js';
import { hiddenHere, requireSeen } from './seen.js';
import { mountPointOf } from './volumes.js';

const VOLUME = 'volume:';
const SIGNAL_MS = 30_000;

/** What is remembered is the host's: several stacks may share a log directory. */
export async function rotateLogs(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['rotateLogs']> {
  const { settings } = await openConfiguration(await deps.state.stack(name), deps, step.signal);
  const logDir = await deps.logDirectory(settings.logDir);
  const { rotated, compressed, removed } = await watched({ stack: name, job: 'logrotate' }, step, deps, async () => {
    const nginx = await nginxOf(settings, name, deps, step);
    requireSeen([nginx?.directory, settings.logrotateFile], await hiddenHere(deps, step));
    return deps.journal.job({ stack: name, file: 'logrotate.log', about: `logs in ${logDir}` }, () =>
      rotate(
        {
          ...{ logDir, stateDir: deps.state.root, environment: deps.environment },
          ...(settings.logrotateFile === undefined ? {} : { operatorFile: settings.logrotateFile }),
          ...(nginx === undefined ? {} : { nginx }),
        },
        step,
      ),
    );
  });
  return { rotated: rotated.length, compressed: compressed.length, removed: removed.length };
}

async function nginxOf(
  { nginxLogs, nginxContainer }: StackSettings,
  stack: string,
  deps: Dependencies,
  step: Step,
): Promise<NginxLogs | undefined> {
  if (nginxLogs === undefined) return undefined;
  const volume = nginxLogs.startsWith(VOLUME) ? nginxLogs.slice(VOLUME.length) : undefined;
  const directory = volume === undefined ? nginxLogs : await mountPointOf(volume, stack, deps, step);
  if (directory === undefined)
    throw new StepFailure(
      FAILURES.notFound,
      `BIRDKEEPER_NGINX_LOGS: there is no volume ${volume}. Correct the setting.`,
    );
  return { directory, signalNginx: () => signalNginx(nginxContainer, deps, step) };
}

/** As docker's own command does it: to the first process of the container, which is nginx's master. */
async function signalNginx(container: string, deps: Dependencies, step: Step): Promise<void> {
  try {
    const command = { file: 'docker', args: ['kill', '--signal', 'USR1', container] };
    await runCommand(command, { env: { ...deps.environment }, signal: step.signal, timeoutMs: SIGNAL_MS });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    throw new StepFailure(FAILURES.applyFailed, error.message);
  }
}
