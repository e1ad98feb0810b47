/** What backups ask of the engine: programs in containers, stops and starts, mounts. Of one stack only. */
import type Docker from 'dockerode';
import type { BackupEngine, Call, ContainerCommand, ExecOptions, ExecResult, FoundContainer } from '../backup/types.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { onHost } from '../shared/mounts.js';
import { leadsOut } from '../shared/within.js';
import { engineAddress } from './address.js';
import { EngineClient } from './client.js';
import { LABELS } from './containers.js';
import { statusOf } from './errors.js';
import { converse } from './exec-stream.js';
import { start } from './helpers.js';
import { unlessMissing } from './missing.js';

const LOOK_MS = 15_000;
/** The container's own grace, which may be minutes for a database, and time for the engine. */
const STOP_MS = 15 * 60_000;
const EXIT_MS = 10_000;

/** `project`: Compose's project name of the stack. */
export function createBackupEngine(options: { project: string; dockerHost?: string }): BackupEngine {
  const client = new EngineClient(engineAddress(options.dockerHost));
  return {
    find: (name, call) => find(client, options.project, name, call),
    exec: (id, command, execOptions) => exec(client, id, command, execOptions),
    stop: (id, call) => stop(client, id, call),
    start: async (id, call) => (await unlessMissing(async () => (await start(client, id, call), true))) ?? false,
    hostPathOf: (id, path, call) => hostPathOf(client, id, path, call),
  };
}

async function find(client: EngineClient, project: string, name: string, { signal }: Call): Promise<FoundContainer[]> {
  const listed = await client.call(`containers of ${project}`, LOOK_MS, signal, (docker, abortSignal) =>
    docker.listContainers({ all: true, filters: { label: [`${LABELS.project}=${project}`] }, abortSignal }),
  );
  const containers = listed
    .filter(({ Labels }) => Labels[LABELS.oneOff] !== 'True')
    .map(({ Id: id, Names, State, Labels }) => ({
      id,
      name: Names[0]?.replace(/^\//, '') ?? id.slice(0, 12),
      running: State === 'running' || State === 'restarting' || State === 'paused',
      service: Labels[LABELS.service],
    }));
  const is = (given: string) => (name.endsWith('*') ? given.startsWith(name.slice(0, -1)) : given === name);
  const ofService = containers.filter(({ service }) => is(service ?? ''));
  const found = ofService.length > 0 ? ofService : containers.filter((container) => is(container.name));
  return found.map(({ service: _service, ...container }) => container);
}

async function exec(
  client: EngineClient,
  id: string,
  command: ContainerCommand,
  options: ExecOptions,
): Promise<ExecResult> {
  const { signal, timeoutMs } = options;
  const what = `run ${command.argv[0] ?? ''} in ${id.slice(0, 12)}`;
  const made = await client.call(what, LOOK_MS, signal, (docker) =>
    docker.getContainer(id).exec({
      Cmd: [...command.argv],
      Env: Object.entries(command.environment ?? {}).map(([name, value]) => `${name}=${value}`),
      ...(command.user === undefined ? {} : { User: command.user }),
      AttachStdin: options.stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
    }),
  );
  try {
    const said = await client.call(what, timeoutMs, signal, async (_docker, abortSignal) =>
      converse(await made.start({ hijack: true, stdin: options.stdin !== undefined }), options, abortSignal),
    );
    return { status: await statusOfExec(client, made, what, signal), ...said };
  } catch (error) {
    // The engine's answer for a program that the container does not have.
    if (/executable file not found|no such file or directory/i.test(String(error)) && answered(error)) {
      return { status: 127, stdout: '', stderr: String(error) };
    }
    throw error;
  }
}

const answered = (error: unknown): boolean => error instanceof Error && statusOf(error.cause) !== undefined;

/** The stream may end a moment before the engine knows the status. */
async function statusOfExec(
  client: EngineClient,
  made: Docker.Exec,
  what: string,
  signal: AbortSignal,
): Promise<number> {
  const deadline = Date.now() + EXIT_MS;
  for (;;) {
    const found = await client.call(what, LOOK_MS, signal, (_docker, abortSignal) => made.inspect({ abortSignal }));
    if (!found.Running && found.ExitCode !== null) return found.ExitCode;
    if (Date.now() > deadline) return -1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stop(client: EngineClient, id: string, { signal }: Call): Promise<void> {
  await unlessMissing(() =>
    client.call(`stop ${id.slice(0, 12)}`, STOP_MS, signal, (docker) =>
      docker
        .getContainer(id)
        .stop()
        .catch((error: unknown) => {
          // 304: it was not running.
          if (statusOf(error) !== 304) throw error;
        }),
    ),
  );
}

async function hostPathOf(
  client: EngineClient,
  id: string,
  path: string,
  { signal }: Call,
): Promise<string | undefined> {
  const { Mounts } = await client.call(`inspect ${id.slice(0, 12)}`, LOOK_MS, signal, (docker, abortSignal) =>
    docker.getContainer(id).inspect({ abortSignal }),
  );
  const mounts = Mounts.map(({ Source: source, Destination: target }) => ({ source, target }));
  const place = onHost(path, mounts);
  if (place === undefined || !(await leadsOut(place.path, place.source))) return place?.path;
  // The container can write there, and a link means something else outside of it.
  throw new StepFailure(
    FAILURES.configuration,
    `Nothing was done: ${path} of container ${id.slice(0, 12)} is a symbolic link that leads out of its mount ${place.source}. Name where it leads to.`,
  );
}
