/**
 * Jobs that run upstream's script `deploy-data` in a container: those of its components, and those that its
 * deploy_data_job.env makes. `deployData` does the same in their place. Pure.
 */
import type { Job } from './model.js';
import { literal, tokens } from '../shared/shell-words.js';

export interface DataJob {
  /** Path of its YAML file on the host. */
  readonly configFile: string;
  /** What the job gives its container. */
  readonly environment: Readonly<Record<string, string>>;
}

const SCRIPT = /^(?:.*\/)?deploy-data$/;

/** Undefined for any other job, and for one whose text says more than which file is deployed. */
export function dataJobOf(
  { steps }: Pick<Job, 'steps'>,
  variables: Readonly<Record<string, string>>,
): DataJob | undefined {
  const [step, ...triggers] = steps;
  if (step?.place.kind !== 'image' || triggers.length > 0) return undefined;
  const command = wordsOf(step.command, variables);
  const given = wordsOf(step.dockerArguments, variables);
  const [script = '', configFile = '', ...more] = command ?? [];
  if (given === undefined || more.length > 0 || !SCRIPT.test(script) || !configFile.startsWith('/')) return undefined;
  const listed = step.place.environment.map((text) => expanded(text, variables));
  if (listed.includes(undefined)) return undefined;
  const settings = [...optionsOf(given, ['-e', '--env']), ...listed.flatMap((text) => text ?? [])];
  return {
    configFile: onHost(configFile, optionsOf(given, ['-v', '--volume'])),
    environment: Object.fromEntries(settings.map((setting) => variableOf(setting, variables))),
  };
}

/** Undefined when the text is more than words that are known now. */
function wordsOf(text: string, variables: Readonly<Record<string, string>>): string[] | undefined {
  const found = tokens(text).filter((token) => token.kind !== 'operator' || token.text !== '\n');
  const words = found.map((token) => (token.kind === 'word' ? expanded(token.text, variables) : undefined));
  return words.some((word) => word === undefined) ? undefined : words.flatMap((word) => word ?? []);
}

function expanded(word: string, variables: Readonly<Record<string, string>>): string | undefined {
  const whole = /^"([^"`\\]*)"$/.exec(word)?.[1] ?? word;
  const text = whole.replace(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (_, plain?: string, braced?: string) => variables[plain ?? braced ?? ''] ?? '',
  );
  return whole === word ? literal(text) : text;
}

/** Values of options, each apart or joined: `--env A=1`, `--env=A=1`. */
function optionsOf(words: readonly string[], names: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (names.includes(words[index - 1] ?? '')) return [word];
    const joined = names.find((name) => word.startsWith(`${name}=`));
    return joined === undefined ? [] : [word.slice(joined.length + 1)];
  });
}

/** Without a value it is that of the scheduler. */
function variableOf(setting: string, variables: Readonly<Record<string, string>>): [string, string] {
  const at = setting.indexOf('=');
  return at < 0 ? [setting, variables[setting] ?? ''] : [setting.slice(0, at), setting.slice(at + 1)];
}

function onHost(path: string, volumes: readonly string[]): string {
  const mounts = volumes.map((volume) => volume.split(':'));
  const exact = mounts.find(([source, target]) => target === path && source?.startsWith('/'));
  return exact?.[0] ?? path;
}
