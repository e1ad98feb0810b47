/** A run in a process of its own, which can be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateBackupRequest } from '../../../../activities/backup/create.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import type { BackupWorld } from './world.js';

/** `node SCRIPT DIRECTORY FUNCTION REQUEST PROJECT`. */
const SCRIPT = `
const [, , dir, name, request, project] = process.argv;
const file = name === 'createBackup' ? 'create' : 'restore';
const run = (await import(dir + '/activities/backup/' + file + '.js'))[name];
const { createBackupEngine } = await import(dir + '/activities/docker/backup-engine.js');
const { localStep } = await import(dir + '/activities/shared/step.js');
await run({ ...JSON.parse(request), engine: createBackupEngine({ project }), mountPointOf: async () => undefined }, localStep());
`;

export async function compileRuns(): Promise<Compiled> {
  const compiled = await compileProduct();
  await writeFile(join(compiled.dir, 'run.mjs'), SCRIPT);
  return compiled;
}

/** Volumes are not found by it. */
export function startApart(
  { dir }: Compiled,
  name: 'createBackup' | 'restoreStack',
  world: BackupWorld,
  request: Partial<CreateBackupRequest> & object,
): { child: ChildProcess; ended: Promise<number | null> } {
  const { engine: _engine, mountPointOf: _places, ...plain } = world.request(request);
  const args = [join(dir, 'run.mjs'), dir, name, JSON.stringify(plain), world.project];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended };
}
