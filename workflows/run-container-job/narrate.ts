/** What the Temporal UI shows of a run. Pure. */
import type { ContainerJobResult } from '../../activities/types.js';
import { inline } from '../tables.js';
import { pauseSeconds } from '../tries.js';

/** The line after what docker says is wrong. */
const ADVICE_OF_DOCKER = /^(Run|See) 'docker [a-z ]*--help'/;

export function lineOf(name: string, { outcome, exitStatus, lastLines }: ContainerJobResult): string {
  const status = exitStatus === null ? '' : ` with exit status ${exitStatus}`;
  const last = lastLines.findLast((line) => !ADVICE_OF_DOCKER.test(line));
  return `job ${name} ${outcome}${status}${last === undefined ? '' : `: ${last}`}`;
}

export function jobDetails(name: string, result: ContainerJobResult, attempt: number): string {
  const { outcome, exitStatus, seconds, lastLines, retries } = result;
  if (outcome === 'removed') return `**removed**: the stack has no job ${inline(name)} any more. Nothing was run.`;
  if (outcome === 'too late') return '**too late**: it waited for a worker for longer than it may. Nothing was run.';
  const status = exitStatus === null ? '' : `, exit status ${exitStatus}`;
  const isLast = outcome === 'done' || retries === 0;
  const next = isLast ? '' : ` It is tried again in ${pauseSeconds(attempt)} s; tries left: ${retries}.`;
  const lines = lastLines.map((line) => `    ${line}`).join('\n');
  return `**${outcome}**${status}, after ${seconds} s (try ${attempt}).${next}${lines === '' ? '' : `\n\n${lines}`}`;
}
