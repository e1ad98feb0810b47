/** `birdkeeper jobs lint`: what is wrong with the jobs of a file or of a stack. Loads neither Temporal nor the engine's library. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readJobs } from '../activities/deployment/job-texts.js';
import type { Job } from '../activities/jobs/model.js';
import { parseJobs, type JobRemark, type ParsedJobs } from '../activities/jobs/parse.js';
import { misdirections } from '../activities/jobs/redirections.js';
import { FAILURES, messageOf, StepFailure } from '../activities/shared/failures.js';
import type { Diagnostic, OriginOf } from '../activities/stack/diagnostics.js';
import type { StackReading } from '../activities/stack/read-stack.js';
import { renderStack } from '../activities/stack/render-stack.js';
import type { LintAnswer, LintOptions } from '../client/handlers.js';
import { filesOf, HERE, readFor } from './config.js';

/** Throws BadInput when the file cannot be read, Configuration when the stack cannot. */
export async function lintJobs({ file, ...options }: LintOptions): Promise<LintAnswer> {
  const parsed = file === undefined ? await jobsOf(await readFor(options)) : parseJobs([await textOf(file)]);
  const jobs = parsed.jobs.map(({ name, schedule, steps: [first] }) => ({
    name,
    schedule,
    where: first?.place.kind === 'here' ? 'beside the scheduler' : whereOf(first?.place),
  }));
  return { jobs, diagnostics: jobDiagnostics(parsed) };
}

/** The jobs that a configuration holds. */
export async function jobsOf(read: StackReading): Promise<ParsedJobs> {
  const { directory, variables, reading } = read;
  const components = reading.listed.map(({ spelling }) => resolve(directory, spelling));
  const { rendered } = await renderStack(read, HERE);
  return readJobs({ directory, variables, components, rendered, composeFiles: filesOf(read) });
}

/** `originOf`: where a variable is set, for those whose text is one's. */
export function jobDiagnostics(parsed: ParsedJobs, originOf: OriginOf = () => undefined): Diagnostic[] {
  const told =
    (severity: Diagnostic['severity']) =>
    ({ file, line, message }: JobRemark): Diagnostic => {
      const origin = originOf(file);
      return origin === undefined
        ? { severity, message, file, line }
        : { severity, message: `line ${line} of ${file}: ${message}`, ...origin };
    };
  return [
    ...parsed.problems.map(told('error')),
    ...parsed.warnings.map(told('warning')),
    ...parsed.jobs.flatMap(redirectionRemarks).map(told('warning')),
  ];
}

function redirectionRemarks({ name, at, steps }: Job): JobRemark[] {
  return steps
    .flatMap((step) => misdirections(step, (directory) => existsSync(directory)))
    .map(({ shown, directory, hostTarget }) => ({
      ...at,
      job: name,
      message: `Job ${name}: "${shown}" acts beside the scheduler, where ${directory} is not${hostTarget === undefined ? '; the job will fail' : `: it is taken to ${hostTarget}`}.`,
    }));
}

const whereOf = (place: Job['steps'][number]['place'] | undefined): string =>
  place?.kind === 'image' ? `image ${place.image}` : place?.kind === 'container' ? `container ${place.container}` : '';

async function textOf(file: string): Promise<{ file: string; text: string }> {
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw new StepFailure(FAILURES.badInput, `${file} cannot be read (${messageOf(error)}): name a file with jobs.`);
  }
}
