/** The bash script of one run of a job: what docker-crontab generates, made so that it can be told twice. Pure. */
import type { Job, JobStep } from './model.js';
import { FUNCTIONS } from './script-functions.js';
import { quoted, tokens } from '../shared/shell-words.js';

/** `steps`: the job's own, with their redirections where they act. */
export function scriptOf({ name }: Pick<Job, 'name'>, steps: readonly JobStep[]): string {
  const told = steps.map((step, index) => stepText(step, index + 1));
  return `# One run of job ${name}. birdkeeper removes this file some days after.\n${FUNCTIONS}\nset -e\n${told.join('\n')}\n`;
}

function stepText(step: JobStep, number: number): string {
  const { place, command } = step;
  const dockerArguments = oneLine(step.dockerArguments);
  if (place.kind === 'here') return `birdkeeper_once ${number} bash -ec ${quoted(command)}`;
  if (place.kind === 'image') {
    const parts = ['birdkeeper_run', number, dockerArguments, ...runArguments(place), place.image, command];
    return parts.filter((part) => part !== '').join(' ');
  }
  const { container, project } = place;
  if (project === undefined) return `birdkeeper_exec ${number} ${dockerArguments} ${container} ${command}`;
  return [
    `birdkeeper_names=$(birdkeeper_service ${project} ${container})`,
    'for birdkeeper_name in $birdkeeper_names; do',
    `  birdkeeper_exec "${number}.$birdkeeper_name" ${dockerArguments} "$birdkeeper_name" ${command}`,
    'done',
  ].join('\n');
}

/** After the job's own arguments, so that these count: the container is kept until its end has been seen. */
function runArguments(place: Extract<JobStep['place'], { kind: 'image' }>): string[] {
  const { name, network, volumes, environment, ports, expose } = place;
  return [
    '--rm=false',
    `--name ${name}`,
    ...(network === undefined ? [] : [`--network ${network}`]),
    ...volumes.map((volume) => `-v ${volume}`),
    ...environment.map((variable) => `-e ${variable}`),
    ...ports.map((port) => `-p ${port}`),
    ...expose.map((port) => `--expose ${port}`),
  ];
}

/** A line break between arguments, which would end the command, is a blank. */
function oneLine(text: string): string {
  let result = text;
  for (const token of tokens(text).reverse()) {
    if (token.kind === 'operator' && token.text === '\n') {
      result = `${result.slice(0, token.start)} ${result.slice(token.start + 1)}`;
    }
  }
  return result;
}
