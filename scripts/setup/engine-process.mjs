import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { engineArguments, engineDirectories } from './engine-choice.mjs';
import { SetupProblem, withSignOfLife } from './report.mjs';
import { run } from './run.mjs';

const START_LIMIT_MS = 90_000;
/** Containers get ten seconds to stop before the engine itself ends. */
const STOP_LIMIT_MS = 60_000;

/** @param {NodeJS.ProcessEnv} env */
export const hasEngineOfOurs = (env) => existsSync(join(engineDirectories(env).directory, 'daemon.json'));

/** @param {NodeJS.ProcessEnv} env */
export const askEngine = (env) =>
  run('docker', ['version', '--format', '{{.Server.Version}}'], { env, timeoutMs: 10_000 });

/**
 * Starts an engine of ours and returns once it answers. It outlives this process.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} daemon path of dockerd
 * @param {string} socket
 */
export async function startEngine(env, daemon, socket) {
  const directories = engineDirectories(env);
  if (runningEngine(env) === undefined) {
    // What an engine that was killed left behind: with a pid that is another program's by now it would not start.
    await rm(join(directories.running, 'dockerd.pid'), { force: true });
    await rm(join(directories.running, 'exec', 'containerd', 'containerd.pid'), { force: true });
  }
  for (const directory of [directories.directory, directories.running, dirname(socket)]) {
    await mkdir(directory, { recursive: true });
  }
  await writeFile(join(directories.directory, 'daemon.json'), '{}\n');
  const log = join(directories.directory, 'dockerd.log');
  const ended = spawnDetached(daemon, engineArguments(directories, socket, env.BIRDKEEPER_ENGINE_OPTIONS), log, env);
  await withSignOfLife('waiting for its answer', async (at) => {
    const deadline = Date.now() + START_LIMIT_MS;
    while ((await askEngine(env)).status !== 0) {
      const why = ended()
        ? 'ended at once'
        : Date.now() > deadline
          ? `does not answer after ${START_LIMIT_MS / 1000} s`
          : undefined;
      if (why !== undefined) throw new SetupProblem(`dockerd ${why}; the end of ${log}:\n${lastLines(log, 8)}`);
      at(lastLines(log, 1));
      await wait(250);
    }
  });
}

/**
 * Stops the engine that `startEngine` started, and no other. True when none of ours runs afterwards.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function stopEngine(env) {
  const pid = runningEngine(env);
  if (pid === undefined) {
    console.log(`No Docker Engine of ours runs (${engineDirectories(env).running}).`);
    return true;
  }
  console.log(`Stopping the Docker Engine that a set-up of ours started (process ${pid}).`);
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_LIMIT_MS;
  while (runningEngine(env) !== undefined && Date.now() < deadline) await wait(100);
  const stopped = runningEngine(env) === undefined;
  const { directory } = engineDirectories(env);
  console.log(
    stopped
      ? `Stopped. Its data stays in ${directory}.`
      : `It still runs after ${STOP_LIMIT_MS / 1000} s; see ${directory}/dockerd.log.`,
  );
  return stopped;
}

/**
 * Process id of the engine of ours, if it runs. The pid file alone would name whatever program has that number now.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {number | undefined}
 */
export function runningEngine(env) {
  const pidFile = join(engineDirectories(env).running, 'dockerd.pid');
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return commandLine.includes(`--pidfile=${pidFile}`) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} log
 * @param {NodeJS.ProcessEnv} env
 * @returns {() => boolean} whether it has ended
 */
function spawnDetached(file, args, log, env) {
  const output = openSync(log, 'a');
  // iptables and the file system tools stand where only root's PATH leads.
  const PATH = `${env.PATH ?? ''}:/usr/sbin:/sbin`;
  const child = spawn(file, [...args], { detached: true, stdio: ['ignore', output, output], env: { ...env, PATH } });
  closeSync(output);
  let ended = false;
  child.once('exit', () => (ended = true)).once('error', () => (ended = true));
  child.unref();
  return () => ended;
}

/**
 * @param {string} path
 * @param {number} count
 */
const lastLines = (path, count) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
