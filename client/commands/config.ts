/** `birdkeeper config …`: what the files of a stack say. Needs no server, no engine and no git. */
import { resolve } from 'node:path';
import { EXIT } from '../../workflows/contract.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { ConfigAnswer, ConfigOptions } from '../handlers.js';
import { printJson, printLines, type CommandContext, type CommonOptions, type Io } from '../io.js';
import { renderDiagnostics, renderExplanation } from '../render/configuration.js';
import { renderVariables } from '../render/variables.js';
import { VARIABLE_FORMATS, type VariableFormat } from '../variable-formats.js';
import { stackPlace } from './up.js';

export interface ReadingOptions extends CommonOptions {
  era?: string;
  basic?: boolean;
  asWorker?: boolean;
}

export interface EnvOptions extends ReadingOptions {
  exported?: boolean;
  format?: string;
}

/** Variables that upstream's reader would leave set; those that are named, or all. */
export async function env(context: CommandContext, options: EnvOptions, names: readonly string[]): Promise<ExitStatus> {
  const format = formatOf(options.format ?? 'shell');
  const { variables } = await read(context, options);
  const wanted = variables.filter(({ exported }) => exported || options.exported !== true);
  const found = new Set(wanted.map(({ name }) => name));
  const chosen = names.length === 0 ? wanted : wanted.filter(({ name }) => names.includes(name));
  context.io.raw(renderVariables(chosen, format));
  const missing = names.filter((name) => !found.has(name));
  for (const name of missing) {
    context.io.err(`${name} is not ${options.exported === true ? 'exported' : 'set'}.`);
  }
  return missing.length === 0 ? EXIT.done : EXIT.failed;
}

/** ALL_CONF_DIRS, a line each; `--why` says who asked for each. */
export async function components(
  context: CommandContext,
  options: ReadingOptions & { why?: boolean },
): Promise<ExitStatus> {
  const answer = await read(context, options);
  if (options.json === true) printJson(context.io, answer.components);
  else {
    printLines(
      context.io,
      answer.components.map(({ spelling, askedBy, exists }) =>
        options.why === true ? `${spelling}  (${askedBy}${exists ? '' : '; does not exist'})` : spelling,
      ),
    );
  }
  return EXIT.done;
}

/** Compose files in the order in which Compose gets them. */
export async function files(
  context: CommandContext,
  options: ReadingOptions & { includes?: boolean },
): Promise<ExitStatus> {
  const answer = await context.handlers.listComposeFiles({
    ...(await askedOf(context, options)),
    includes: options.includes !== false,
  });
  tell(context.io, answer);
  if (options.json === true) printJson(context.io, answer.files);
  else printLines(context.io, answer.files);
  return EXIT.done;
}

/** Rendered files whose text would change. Writes only below `--out`. */
export async function render(
  context: CommandContext,
  options: ReadingOptions & { out?: string; check?: boolean },
): Promise<ExitStatus> {
  const answer = await context.handlers.renderConfig({
    ...(await askedOf(context, options)),
    ...(options.out === undefined ? {} : { out: resolve(options.out) }),
  });
  tell(context.io, answer);
  if (options.json === true) printJson(context.io, { files: answer.files, changed: answer.changed });
  else printLines(context.io, answer.changed);
  return options.check === true && answer.changed.length > 0 ? EXIT.failed : EXIT.done;
}

/** Every diagnostic at once; ends with 2 when one is an error. */
export async function validate(context: CommandContext, options: ReadingOptions): Promise<ExitStatus> {
  const { diagnostics, ...rest } = await context.handlers.validateConfig(await askedOf(context, options));
  if (options.json === true) printJson(context.io, { ...rest, diagnostics });
  else printLines(context.io, renderDiagnostics(diagnostics));
  return diagnostics.some(({ severity }) => severity === 'error') ? EXIT.usage : EXIT.done;
}

/** Where a value comes from. */
export async function explain(
  context: CommandContext,
  options: ReadingOptions & { reveal?: boolean },
  [name = '']: readonly string[],
): Promise<ExitStatus> {
  const answer = await context.handlers.explainConfig({
    ...(await askedOf(context, options)),
    name,
    reveal: options.reveal === true,
  });
  if (options.json === true) printJson(context.io, answer);
  else printLines(context.io, renderExplanation(answer));
  return answer.value === undefined ? EXIT.failed : EXIT.done;
}

async function read(context: CommandContext, options: ReadingOptions): Promise<ConfigAnswer> {
  const answer = await context.handlers.readConfig(await askedOf(context, options));
  tell(context.io, answer);
  return answer;
}

export async function askedOf(
  { settings }: Pick<CommandContext, 'settings'>,
  options: ReadingOptions,
): Promise<ConfigOptions> {
  return {
    ...(await stackPlace(options)),
    basic: options.basic ?? false,
    asWorker: options.asWorker ?? false,
    environment: settings.environment,
  };
}

const tell = (io: Io, { warnings }: Pick<ConfigAnswer, 'warnings'>): void =>
  warnings.forEach((warning) => io.err(`warning: ${warning}`));

function formatOf(given: string): VariableFormat {
  const format = VARIABLE_FORMATS.find((candidate) => candidate === given);
  if (format === undefined) throw wrongUse(`--format ${given}: give one of ${VARIABLE_FORMATS.join(', ')}.`);
  return format;
}
