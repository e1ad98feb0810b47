import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildArguments, GO_MODULE } from './compose-choice.mjs';
import { findProgram } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';

/**
 * Downloads a program and compares it with the checksum that is published beside it. Throws with the reason.
 *
 * @param {string} address
 * @param {string} target
 * @param {{ answerMs: number, wholeMs: number }} limits
 */
export async function download(address, target, limits) {
  const published = (await get(`${address}.sha256`, limits)).toString('utf8').trim().split(/\s+/)[0];
  const program = await get(address, limits);
  const actual = createHash('sha256').update(program).digest('hex');
  if (actual !== published) throw new SetupProblem(`${address} is not what its published checksum says`);
  await writeFile(target, program, { mode: 0o755 });
}

/**
 * @param {string} address
 * @param {{ answerMs: number, wholeMs: number }} limits
 */
async function get(address, { answerMs, wholeMs }) {
  const answered = new AbortController();
  const timer = setTimeout(() => answered.abort(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
  try {
    const response = await fetch(address, { signal: AbortSignal.any([answered.signal, AbortSignal.timeout(wholeMs)]) });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new SetupProblem(`${address}: ${cause instanceof Error ? cause.message : String(cause)}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Builds Compose in a directory of ours.
 *
 * @param {string} directory
 * @param {string} target
 * @param {NodeJS.ProcessEnv} env
 */
export async function buildCompose(directory, target, env) {
  if (!findProgram('go', env)) throw new SetupProblem('there is no Go on PATH to build it with');
  await writeFile(join(directory, 'go.mod'), GO_MODULE);
  const args = buildArguments(target);
  tellDetail(`building: go ${args.join(' ')}`);
  const ran = await withSignOfLife('building', (at) =>
    run('go', args, { cwd: directory, env: { ...env, GOWORK: 'off' }, timeoutMs: 3_600_000, onLine: at }),
  );
  if (ran.status !== 0) throw new SetupProblem(describeFailure('`go build`', ran));
}
