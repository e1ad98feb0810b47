/** `birdkeeper migrate`: removes the former mechanism, keeping a copy of every file. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../../activities/shared/files.js';
import { runCommand } from '../../activities/shared/run-command.js';
import type { FormerArtifact } from '../../client/handlers.js';
import { lookAtHost } from '../host-settings.js';
import { findFormer, textOf } from './find.js';

const STOP_MS = 120_000;

export const findFormerHere = (root = '/'): Promise<FormerArtifact[]> =>
  findFormer({ root, environment: lookAtHost().childEnvironment });

/**
 * One after the other; what cannot be removed is thrown, and what was removed before stays removed. Gives the directory that holds
 * the copies. Twice: there is nothing left to do.
 */
export async function removeFormer(
  artifacts: readonly FormerArtifact[],
  keepIn: string,
  root = '/',
): Promise<string | undefined> {
  const { childEnvironment } = lookAtHost();
  for (const artifact of artifacts) {
    if (artifact.kind === 'container') {
      await runCommand(
        { file: 'docker', args: ['rm', '--force', artifact.name] },
        { env: childEnvironment, signal: AbortSignal.timeout(STOP_MS), timeoutMs: STOP_MS },
      );
    } else await moveAway(artifact, keepIn, root);
  }
  return artifacts.some(({ kind }) => kind === 'file') ? keepIn : undefined;
}

async function moveAway(artifact: FormerArtifact, keepIn: string, root: string): Promise<void> {
  const path = join(root, artifact.name);
  const { mode } = await stat(path);
  // Two of them have the same name.
  const kept = join(keepIn, artifact.name);
  await mkdir(dirname(kept), { recursive: true });
  await writeAtomically(kept, await textOf(root, artifact), mode & 0o7777);
  await rm(path);
}
