/** The state directory: whose it is, and whether what is in it reads. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../activities/shared/files.js';
import { messageOf } from '../../activities/shared/failures.js';
import { isPermissionError } from '../failures.js';
import type { Finding } from '../schemas.js';
import type { ClientContext } from './context.js';
import { fail, ok, warn } from './findings.js';
import type { Check } from './run-checks.js';

export const registration: Check<ClientContext> = {
  name: 'stack',
  async run({ stack, directory }) {
    if ('ref' in stack) return [ok('stack', `${stack.ref.stack} on ${stack.ref.host}, in ${stack.directory}`)];
    const start = `Start to keep it with: birdkeeper up --stack ${directory}`;
    return [
      stack.isUnknown
        ? warn('stack', `none in ${directory} is known on this host`, start)
        : fail('stack', stack.problem, 'Mend what the message names.'),
    ];
  },
};

export const permissions: Check<ClientContext> = {
  name: 'permissions',
  async run({ stateDirectory }) {
    const runner = process.getuid?.() ?? 0;
    try {
      const { uid, mode } = await stat(stateDirectory);
      return [judgeOwner({ directory: stateDirectory, uid, mode }, runner)];
    } catch (error) {
      if (isMissing(error))
        return [warn('permissions', `${stateDirectory} does not exist yet`, 'birdkeeper up makes it.')];
      return [fail('permissions', messageOf(error), 'Let the user that runs the worker reach it.')];
    }
  },
};

/** Whose the state directory is, the worker is. Pure. */
export function judgeOwner(state: { directory: string; uid: number; mode: number }, runner: number): Finding {
  const { directory, uid, mode } = state;
  const owner = uid === 0 ? 'root' : `uid ${uid}`;
  const shown = (mode & 0o7777).toString(8);
  if ((mode & 0o022) !== 0) {
    const remedy = `chmod 755 ${directory}`;
    return fail(
      'permissions',
      `others than ${owner} may write ${directory} (mode ${shown}): they could change what is deployed`,
      remedy,
    );
  }
  if (runner === uid) return ok('permissions', `${directory} is ours (${owner}, mode ${shown})`);
  if (runner === 0) return ok('permissions', `${directory} belongs to ${owner}, as whom the worker runs; this is root`);
  return warn(
    'permissions',
    `${directory} belongs to ${owner}, as whom the worker runs; this is uid ${runner}, so what is told of keys, remotes and records may differ`,
    uid === 0 ? 'Look as the worker does: sudo birdkeeper doctor' : `Look as the worker does, as ${owner}.`,
  );
}

export const stateFiles: Check<ClientContext> = {
  name: 'state files',
  async run({ stateDirectory, stack }) {
    const folders = [stateDirectory, ...('ref' in stack ? [stack.state.path()] : [])];
    const findings: Finding[] = [];
    let read = 0;
    for (const path of (await Promise.all(folders.map(jsonFiles))).flat()) {
      const finding = await lookAtFile(path);
      if (finding === undefined) read += 1;
      else findings.push(finding);
    }
    if ('ref' in stack && findings.length === 0) findings.push(...(await recordProblems(stack.state)));
    return findings.length > 0 ? findings : [ok('state files', `${read} read`)];
  },
};

async function jsonFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /\.jsonl?$/.test(name)).map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error) || isPermissionError(error)) return [];
    throw error;
  }
}

async function lookAtFile(path: string): Promise<Finding | undefined> {
  try {
    return judgeFile(path, await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    const why = isPermissionError(error) ? 'may not be read by this user' : messageOf(error);
    return warn('state files', `${path} ${why}`);
  }
}

/** Undefined: it parses. A last line that a crash cut short is what the reader skips too. Pure. */
export function judgeFile(path: string, text: string): Finding | undefined {
  if (path.endsWith('.json')) {
    return parses(text) ? undefined : fail('state files', `${path} is not JSON`, `Move it away; it is made again.`);
  }
  const lines = text.split('\n');
  const broken = lines.flatMap((line, i) => (line.trim() === '' || parses(line) ? [] : [i + 1]));
  if (broken.length === 0) return undefined;
  const remedy = 'These lines are left out; nothing has to be done unless they are many.';
  return warn('state files', `${path}: line ${broken.slice(0, 5).join(', ')} is not JSON`, remedy);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type State = Extract<ClientContext['stack'], { state: unknown }>['state'];

/** JSON, but not of the form that the worker reads. */
async function recordProblems(state: State): Promise<Finding[]> {
  const reads = [() => state.quarantined(), () => state.intent(), () => state.look(), () => state.lastGood()];
  const found = await Promise.all(
    reads.map((read) =>
      read().then(
        () => [],
        (error: unknown) =>
          isPermissionError(error) ? [] : [fail('state files', messageOf(error), 'Then start again.')],
      ),
    ),
  );
  return found.flat();
}
