/** Do the jobs of the stack read, and is there what they start? */
import { createRedactor } from '../../activities/shared/redact.js';
import { parseReference } from '../../activities/docker/reference.js';
import { dataJobOf } from '../../activities/jobs/data-job.js';
import type { Job } from '../../activities/jobs/model.js';
import { messageOf } from '../../activities/shared/failures.js';
import type { Diagnostic } from '../../activities/stack/diagnostics.js';
import type { StackView } from '../../activities/stack/view.js';
import { NotLooked, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';
import { judgeVersion, programsOnPath, answerOf } from './programs.js';

type Variables = Readonly<Record<string, string>>;

const MOST_LINES = 10;
/** Variables GIT_CONFIG_COUNT, by which a data job's git is set up, came with it. */
const LEAST_GIT_OF_DATA = '2.31';

export const jobs: Check<DoctorContext> = {
  name: 'jobs',
  limitMs: 45_000,
  async run(context) {
    const { variables } = await context.readableView();
    const { parsed, diagnostics } = await context.jobs();
    const redact = createRedactor(variables);
    return judgeJobs(parsed.jobs.length, diagnostics).map((finding) => ({
      ...finding,
      finding: redact(finding.finding),
    }));
  },
};

const LINT = 'Correct it there; birdkeeper jobs lint shows all.';

/** A line for each job that does not run; remarks on the others are counted. Pure. */
export function judgeJobs(running: number, diagnostics: readonly Diagnostic[]): Finding[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const remarks = diagnostics.length - errors.length;
  const lines = errors
    .slice(0, MOST_LINES)
    .map(({ message, file, line }) =>
      warn(
        'jobs',
        `${file === undefined ? '' : `${file}${line === undefined ? '' : ` line ${line}`}: `}${message}`,
        LINT,
      ),
    );
  const more = errors.length - lines.length;
  if (more > 0) lines.push(warn('jobs', `${more} more do not run`, LINT));
  if (lines.length > 0) return lines;
  if (running === 0 && remarks === 0) return [ok('jobs', 'none')];
  return [ok('jobs', `${running} read${remarks === 0 ? '' : `, with ${remarks} remarks (birdkeeper jobs lint)`}`)];
}

export const jobPrograms: Check<DoctorContext> = {
  name: 'programs of jobs',
  limitMs: 45_000,
  async run(context, signal) {
    const { inContainers, data } = await sortedJobs(context, signal);
    const findings: Finding[] = [];
    if (inContainers.length > 0) {
      const install =
        'Install bash, diffutils and the docker command line: every run of a job is a bash script that calls them.';
      findings.push(await programsOnPath('programs of jobs', ['bash', 'cmp', 'docker'], install, context));
    }
    if (data.length > 0) {
      const install =
        'Install rsync and util-linux, or let data jobs run in their container: BIRDKEEPER_DATA_JOBS=container.';
      findings.push(await programsOnPath('programs of data jobs', ['rsync', 'setpriv', 'git'], install, context));
      const answer = await answerOf({ file: 'git', args: ['--version'] }, context, signal);
      const git = judgeVersion(
        'git of data jobs',
        answer,
        LEAST_GIT_OF_DATA,
        `Install git ${LEAST_GIT_OF_DATA} or newer.`,
      );
      findings.push(git);
    }
    return findings;
  },
};

/** `data`: those that this worker does itself, as `doesDataItself` decides. */
export async function sortedJobs(
  context: DoctorContext,
  signal: AbortSignal,
): Promise<{ inContainers: Job[]; data: Job[] }> {
  const { settings, variables } = await context.readableView();
  const { jobs: all } = (await context.jobs()).parsed;
  const isOurs =
    settings.dataJobs === ''
      ? (await context.engine.ownContainer({ signal }).catch(() => undefined)) === undefined
      : settings.dataJobs === 'built-in';
  const data = isOurs ? all.filter((job) => dataJobOf(job, variables) !== undefined) : [];
  return { data, inContainers: all.filter((job) => !data.includes(job)) };
}

export const jobImages: Check<DoctorContext> = {
  name: 'images of jobs',
  limitMs: 45_000,
  async run(context, signal) {
    const view = await context.readableView();
    const { references, unknown } = imagesOf((await sortedJobs(context, signal)).inContainers, view.variables);
    if (references.length + unknown.length === 0) return [];
    const absent: string[] = [];
    for (const reference of references) {
      const id = await context.engine.imageId(reference, { signal }).catch((error: unknown) => {
        throw new NotLooked(messageOf(error));
      });
      if (id === undefined) absent.push(reference);
    }
    return judgeImages({ references, absent, unknown });
  },
};

interface JobImages {
  references: string[];
  /** Texts that only the shell of a run makes an image of. */
  unknown: string[];
}

/** Images that runs start, each once. Pure. */
export function imagesOf(all: readonly Pick<Job, 'steps'>[], variables: StackView['variables']): JobImages {
  const texts = all.flatMap(({ steps }) => steps.flatMap(({ place }) => (place.kind === 'image' ? [place.image] : [])));
  const found = [...new Set(texts)].map((text) => ({ text, reference: expanded(text, variables) }));
  const isImage = (reference: string) => parseReference(reference) !== undefined;
  return {
    references: [...new Set(found.map(({ reference }) => reference).filter(isImage))],
    unknown: found.filter(({ reference }) => !isImage(reference)).map(({ text }) => text),
  };
}

const expanded = (text: string, variables: Variables): string =>
  text
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (_, plain?: string, braced?: string) => variables[plain ?? braced ?? ''] ?? '');

/** No registry is asked: whether one can be pulled is seen at its first run. Pure. */
export function judgeImages({ references, absent, unknown }: JobImages & { absent: readonly string[] }): Finding[] {
  const what = 'images of jobs';
  const untold = unknown.length === 0 ? '' : `; ${unknown.join(', ')} cannot be told beforehand`;
  if (absent.length === 0) return [ok(what, `${references.length} are on this host${untold}`)];
  return [
    warn(
      what,
      `not on this host: ${absent.join(', ')}; the first run pulls what it needs${untold}`,
      `To know now whether it can: docker pull ${absent[0] ?? ''}`,
    ),
  ];
}
