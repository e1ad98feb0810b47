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
  const parsed: Collected = { jobs: [], problems: [], warnings: [], taken: new Map() };
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
  const { taken: _, ...rest } = parsed;
  return rest;
}

interface Collected extends ParsedJobs {
  /** Names in lower case, each with the number that was last put behind it. */
  readonly taken: Map<string, number>;
}

function addJob(item: Item, { file, ofPlatform }: Omit<Required<JobText>, 'text'>, into: Collected): void {
  const at = { file, line: item.line };
  let name: string | undefined;
  try {
    const fields = new Fields(item.node, item);
    const given = nameIn(fields, item);
    name = given.name;
    const job = jobOf(fields, given, at, into);
    if (job === undefined) return;
    if (ofPlatform && REPLACED.has(job.name)) into.warnings.push(replaced(job));
    else into.jobs.push(unique(job, name !== undefined, into));
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error;
    const named = name === undefined ? {} : { job: name };
    const message = `${name === undefined ? 'The job' : `Job ${name}`} does not run: ${error.message}.`;
    into.problems.push({ file, line: error.line, ...named, message });
  }
}

const replaced = ({ name, at }: Job): JobRemark => ({
  ...at,
  job: name,
  message: `Job ${name} of the platform is done by birdkeeper itself and not run.`,
});

interface GivenName {
  /** Undefined when there is none that a container can have. */
  name: string | undefined;
  /** As it is written. */
  written: string;
}

function nameIn(fields: Fields, item: Item): GivenName {
  const written = fields.text('name') ?? item.key ?? '';
  return { name: jobName(written), written };
}

/** Undefined: it is switched off. */
function jobOf(fields: Fields, { name: given, written }: GivenName, at: Position, into: Collected): Job | undefined {
  const schedule = fields.text('schedule')?.trim();
  if (schedule === undefined) throw fields.problem('schedule', 'is missing');
  const warn = (field: string, message: string) =>
    into.warnings.push({
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
  const name = given ?? `job-${hashOf({ ...read, steps: read.steps(''), ...(written && { written }) }).slice(0, 8)}`;
  if (given === undefined && written !== '') {
    warn('name', `No container can be called ${JSON.stringify(written)}: the job is called ${name} here.`);
  }
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
  const steps = [fields, ...triggers].map((step) => stepOf(step, 'x'));
  if (steps.some(({ place, command }) => place.kind !== 'image' && command === '')) {
    warn('command', 'A command is empty, and only an image has one of its own.');
  }
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
      environment: fields.list('environment', '- NAME=value'),
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

/** docker-crontab writes both into one script, so both schedules run the last one; of the nameless both run. */
function unique(job: Job, hasName: boolean, { taken, warnings }: Collected): Job {
  const asked = job.name.toLowerCase();
  const last = taken.get(asked);
  if (last === undefined) {
    taken.set(asked, 1);
    return job;
  }
  let number = last + 1;
  while (taken.has(`${asked}-${number}`)) number += 1;
  taken.set(asked, number).set(`${asked}-${number}`, 1);
  const name = `${job.name}-${number}`;
  const other = hasName
    ? `There is another job of the name ${job.name}; docker-crontab ran the last one for both.`
    : 'There is another job of the same text.';
  warnings.push({ ...job.at, job: job.name, message: `${other} This one is ${name} here.` });
  const [first, ...triggers] = job.steps;
  const renamed = first?.place.kind === 'image' ? { ...first, place: { ...first.place, name } } : first;
  const content = { ...job, name, steps: renamed ? [renamed, ...triggers] : triggers };
  return { ...content, hash: hashOf({ ...content, hash: '', at: null }) };
}
