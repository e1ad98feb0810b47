/** The Docker Engine: does it answer, and is it the one that the docker command line speaks to? */
import { messageOf } from '../../activities/shared/failures.js';
import { runCommand } from '../../activities/shared/run-command.js';
import { judgeClock, SET_CLOCK } from '../../client/doctor/clock.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';

const LIMIT_MS = 8_000;

interface CommandLineView {
  version: string;
  apiVersion: string;
  dataRoot: string;
  /** ISO 8601. */
  systemTime: string;
}

const FORMAT = '{{.ServerVersion}}\t{{.DockerRootDir}}\t{{.SystemTime}}';

/** What the docker command line, which Compose is part of, sees. */
export async function commandLineView({ host }: DoctorContext, signal: AbortSignal): Promise<CommandLineView> {
  const options = { env: host.childEnvironment, signal, timeoutMs: LIMIT_MS };
  const [info, version] = await Promise.all([
    runCommand({ file: 'docker', args: ['info', '--format', FORMAT] }, options),
    runCommand({ file: 'docker', args: ['version', '--format', '{{.Server.APIVersion}}'] }, options),
  ]);
  const [server = '', dataRoot = '', systemTime = ''] = info.stdout.trim().split('\t');
  return { version: server, dataRoot, systemTime, apiVersion: version.stdout.trim() };
}

export const engine: Check<DoctorContext> = {
  name: 'engine',
  async run(context, signal) {
    const [own, cli] = await Promise.all([
      context.engine.ping({ signal }).catch((error: unknown) => new Error(messageOf(error))),
      commandLineView(context, signal).catch((error: unknown) => new Error(messageOf(error))),
    ]);
    return judgeEngine(own, cli);
  },
};

/** Pure. Each is what was seen, or why nothing was. */
export function judgeEngine(
  own: { version: string; dataRoot: string } | Error,
  cli: CommandLineView | Error,
): Finding[] {
  if (own instanceof Error) {
    return [
      fail('engine', firstLine(own), 'Start Docker, and let this user reach its socket (DOCKER_HOST names another).'),
    ];
  }
  if (cli instanceof Error) {
    return [
      ok('engine', `Docker ${own.version}`),
      fail('docker command line', firstLine(cli), 'Make "docker info" work for this user; Compose is part of it.'),
    ];
  }
  const isOne = own.version === cli.version && own.dataRoot === cli.dataRoot;
  return [
    ok('engine', `Docker ${own.version}, API ${cli.apiVersion}`),
    isOne
      ? ok('docker command line', 'speaks to the same engine')
      : fail(
          'docker command line',
          `speaks to another engine (${cli.version} with ${cli.dataRoot}) than birdkeeper (${own.version} with ${own.dataRoot})`,
          'Set DOCKER_HOST for both, or take the default context: docker context use default',
        ),
  ];
}

const firstLine = (error: Error): string => messageOf(error).split('\n')[0] ?? 'it does not answer';

/** Nothing of this version ran before it. */
const EARLIEST = Date.parse('2026-11-01T00:00:00Z');

export const clock: Check<DoctorContext> = {
  name: 'clock',
  async run(context, signal) {
    const now = Date.now();
    if (now < EARLIEST) {
      return [fail('clock', `it is ${new Date(now).toISOString()} here, before this program was made`, SET_CLOCK)];
    }
    const sane = ok('clock', new Date(now).toISOString());
    try {
      const { systemTime } = await commandLineView(context, signal);
      return [sane, judgeClock("engine's clock", Date.parse(systemTime), Date.now())];
    } catch (error) {
      if (signal.aborted) throw error;
      return [sane, warn("engine's clock", 'not looked at: the engine does not answer')];
    }
  },
};
