/** Jobs out of a text in the form of docker-crontab, one by one: what is wrong with one is no matter of the others. Pure. */
import { createHash } from 'node:crypto';
import { FieldProblem, Fields } from './fields.js';
import type { Job, JobStep, Place, Position } from './model.js';
import { jobName, REPLACED } from './names.js';
import { optionsIn } from './options.js';
import { readSchedule } from './schedule-text.js';
import { readItems, type Item } from './yaml-items.js';

/** A text with jobs, and where it stands. */
export interface JobText {
  /** The file, or the name of the variable. */
  readonly file: string;
  readonly text: string;
  /** A component of the platform brings it: what birdkeeper does in its place does not run. */
  readonly ofPlatform?: boolean;
}

export interface JobRemark extends Position {
  /** Name of the job, when it has one. */
  readonly job?: string;
  /** A sentence. */
  readonly message: string;
}

export interface ParsedJobs {
  readonly jobs: Job[];
  /** Jobs that do not run. */
  readonly problems: JobRemark[];
  /** What runs otherwise than under docker-crontab, or cannot have been meant. */
  readonly warnings: JobRemark[];
}

const FIELDS = [
  ...['schedule', 'command', 'name', 'comment', 'image', 'container', 'project', 'dockerargs', 'volumes'],
  ...['environment', 'ports', 'expose', 'network', 'onstart', 'trigger', 'x-birdkeeper'],
];

/** All texts of a stack, in order. Two jobs of one name are two jobs: the second gets a number behind its name. */
export function parseJobs(texts: readonly JobText[]): ParsedJobs {
  const parsed: ParsedJobs = { jobs: [], problems: [], warnings: [] };
  for (const { file, text, ofPlatform = false } of texts) {
    const { items, problems } = readItems(text);
    parsed.problems.push(
      ...problems.map(({ line, message }) => ({
        file,
        line,
        message: `What begins here ${message}. It does not run.`,
      })),
    );
    for (const item of items) addJob(item, { file, ofPlatform }, parsed);
  }
  return parsed;
}

function addJob(item: Item, { file, ofPlatform }: Omit<Required<JobText>, 'text'>, parsed: ParsedJobs): void {
  const fields = new Fields(item.node, item);
  const at = { file, line: item.line };
  const name = nameIn(fields, item);
  try {
    const job = jobOf(fields, name, at, parsed);
    if (job === undefined) return;
    if (ofPlatform && REPLACED.has(job.name)) parsed.warnings.push(replaced(job));
    else parsed.jobs.push(unique(job, parsed));
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error;
    const named = name === undefined ? {} : { job: name };
    const message = `${name === undefined ? 'The job' : `Job ${name}`} does not run: ${error.message}.`;
    parsed.problems.push({ file, line: error.line, ...named, message });
  }
}

const replaced = ({ name, at }: Job): JobRemark => ({
  ...at,
  job: name,
  message: `Job ${name} of the platform is done by birdkeeper itself and not run.`,
});

function nameIn(fields: Fields, item: Item): string | undefined {
  try {
    return jobName(fields.text('name') ?? item.key ?? '');
  } catch {
    return undefined;
  }
}

/** Undefined: it is switched off. */
function jobOf(fields: Fields, given: string | undefined, at: Position, { warnings }: ParsedJobs): Job | undefined {
  const schedule = fields.text('schedule')?.trim();
  if (schedule === undefined) throw fields.problem('schedule', 'is missing');
  const warn = (field: string, message: string) =>
    warnings.push({
      file: at.file,
      line: fields.lineOf(field),
      ...(given === undefined ? {} : { job: given }),
      message,
    });
  const reading = scheduleIn(fields, schedule);
  const read: Omit<Job, 'name' | 'hash' | 'at' | 'steps'> & { steps: (name: string) => JobStep[] } = {
    comment: fields.text('comment')?.trim() ?? '',
    schedule,
    onStart: fields.flag('onstart'),
    options: optionsIn(fields),
    steps: stepsIn(fields, warn),
  };
  if (reading.kind === 'off') {
    warn('schedule', `${given === undefined ? 'This job' : `Job ${given}`} is switched off by its schedule.`);
    return undefined;
  }
  if (reading.warning !== undefined) warn('schedule', reading.warning);
  for (const unknown of fields.names.filter((name) => !FIELDS.includes(name) && !name.startsWith('x-'))) {
    warn(unknown, `Field ${unknown} is unknown and counts for nothing.`);
  }
  // docker-crontab gives the nameless another name at each start.
  const name = given ?? `job-${hashOf({ ...read, steps: read.steps('') }).slice(0, 8)}`;
  const job = { ...read, name, steps: read.steps(name) };
  return { ...job, hash: hashOf(job), at };
}

function scheduleIn(fields: Fields, text: string) {
  try {
    return readSchedule(text);
  } catch (error) {
    if (error instanceof RangeError) throw fields.problem('schedule', error.message);
    throw error;
  }
}

function stepsIn(fields: Fields, warn: (field: string, message: string) => void): (name: string) => JobStep[] {
  if (fields.text('command') === undefined) throw fields.problem('command', 'is missing');
  const triggers = fields.maps('trigger').filter((trigger) => {
    if (trigger.text('command') !== undefined) return true;
    warn('trigger', 'A trigger without a command is left out.');
    return false;
  });
  // What is wrong with a step is told now, not when its name is known.
  [fields, ...triggers].forEach((step) => stepOf(step, 'x'));
  return (name) => [
    stepOf(fields, name),
    ...triggers.map((trigger, index) =>
      stepOf(trigger, jobName(trigger.text('name') ?? '') ?? `${name}-trigger-${index + 1}`),
    ),
  ];
}

const stepOf = (fields: Fields, name: string): JobStep => ({
  place: placeOf(fields, name),
  dockerArguments: fields.text('dockerargs')?.trim() ?? '',
  command: fields.text('command')?.trimEnd() ?? '',
});

function placeOf(fields: Fields, name: string): Place {
  const [image, container] = [filled(fields, 'image'), filled(fields, 'container')];
  const [network, project] = [filled(fields, 'network'), filled(fields, 'project')];
  if (image !== undefined) {
    return {
      kind: 'image',
      image,
      name,
      ...(network === undefined ? {} : { network }),
      volumes: fields.list('volumes'),
      environment: fields.list('environment'),
      ports: fields.list('ports'),
      expose: fields.list('expose'),
    };
  }
  if (container !== undefined) return { kind: 'container', container, ...(project === undefined ? {} : { project }) };
  return { kind: 'here' };
}

function filled(fields: Fields, name: string): string | undefined {
  const text = fields.text(name)?.trim();
  if (text === '') throw fields.problem(name, 'is empty; leave it out or fill it in');
  return text;
}

const hashOf = (content: object): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);

/** docker-crontab writes both into one script, so both schedules run the last one. */
function unique(job: Job, { jobs, warnings }: ParsedJobs): Job {
  const taken = new Set(jobs.map(({ name }) => name.toLowerCase()));
  if (!taken.has(job.name.toLowerCase())) return job;
  let number = 2;
  while (taken.has(`${job.name}-${number}`.toLowerCase())) number += 1;
  const name = `${job.name}-${number}`;
  warnings.push({
    ...job.at,
    job: job.name,
    message: `There is another job of the name ${job.name}; docker-crontab ran the last one for both. This one is ${name} here.`,
  });
  const [first, ...triggers] = job.steps;
  const renamed = first?.place.kind === 'image' ? { ...first, place: { ...first.place, name } } : first;
  const content = { ...job, name, steps: renamed ? [renamed, ...triggers] : triggers };
  return { ...content, hash: hashOf({ ...content, hash: '', at: null }) };
}
