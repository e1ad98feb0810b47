/**
 * `birdkeeper config`: what the files of a stack say, read as a deployment reads it. Loads neither Temporal nor the engine's
 * library.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { writeAtomically } from '../activities/shared/files.js';
import { composeFiles } from '../activities/stack/compose-files.js';
import { sourceIncludes } from '../activities/stack/includes.js';
import { plainPlace } from '../activities/stack/place.js';
import { entriesOf, readStack, type StackReading } from '../activities/stack/read-stack.js';
import { eraCalled } from '../activities/stack/reader/eras.js';
import { refusalSentence, renderStack } from '../activities/stack/render-stack.js';
import { planRendered } from '../activities/stack/rendered-files.js';
import type { HookedView } from '../activities/components/hooks.js';
import { SETTINGS } from '../activities/stack/settings-table.js';
import { lookUp } from '../activities/stack/settings-lookup.js';
import { missingRequired, TEMPLATE_SUFFIX } from '../activities/stack/templates.js';
import type { RenderedFile } from '../activities/stack/view.js';
import type {
  ConfigAnswer,
  ConfigOptions,
  FilesAnswer,
  FilesOptions,
  RenderAnswer,
  RenderOptions,
} from '../client/handlers.js';
import { childEnvironment } from './child-environment.js';

export const HERE = plainPlace(
  (path) => path,
  (command) => command,
);

/** Throws `Configuration` when it does not read. */
export async function readConfig(options: ConfigOptions): Promise<ConfigAnswer> {
  const read = await readFor(options);
  const { all, variables, reading } = read;
  return {
    era: reading.era.name,
    variables: Object.keys(all)
      .sort()
      .map((name) => ({ name, value: all[name] ?? '', exported: variables[name] !== undefined })),
    components: reading.listed,
    warnings: reading.warnings,
    notes: reading.notes,
  };
}

/**
 * Compose files in the order that Compose gets. `includes`: with those that `.include` files of components add; these are run, and
 * may write files beside their component, as they do before each `up`.
 */
export async function listComposeFiles({ includes, ...options }: FilesOptions): Promise<FilesAnswer> {
  const read = await readFor(options);
  const { directory, reading, variables, all, composeVariables } = read;
  const files = filesOf(read);
  const included =
    includes && reading.era.generation.includes
      ? await sourceIncludes({
          ...{ directory, files, all, variables, components: reading.listed, exists: existsSync },
          wrap: (command) => command,
          signal: new AbortController().signal,
          timeoutSeconds: hookRules(composeVariables).hookTimeoutSeconds,
        })
      : { files, warnings: [] };
  return {
    files: included.files.map((file) => shownFrom(directory, file)),
    warnings: [...reading.warnings, ...included.warnings],
  };
}

/**
 * Renders every template in memory and tells the files whose text differs from what is there. With `out` the whole of it is written
 * below that directory; the stack itself is never changed. Throws `Configuration` when a required variable is empty.
 */
export async function renderConfig({ out, ...options }: RenderOptions): Promise<RenderAnswer> {
  const read = await readFor(options);
  refuseMissing(read);
  const rendered = await renderedOf(read);
  const changed = await planRendered({ rendered });
  if (out !== undefined) await writeBelow(out, read.directory, rendered);
  return {
    files: rendered.length,
    changed: changed.map(({ path }) => shownFrom(read.directory, path)),
    warnings: read.reading.warnings,
  };
}

/** Throws `Configuration` when a required name is empty: nothing may be rendered or started then. */
export function refuseMissing({ all }: StackReading): void {
  const missing = missingRequired(all);
  if (missing.length === 0) return;
  throw new StepFailure(
    FAILURES.configuration,
    `No value for ${missing.join(', ')}: required (listed in VARS). Set ${missing.length === 1 ? 'it' : 'them'} in env.local.`,
  );
}

/** Throws `Configuration` when something needed is not there, or cannot be merged. */
export async function renderedOf(read: StackReading): Promise<RenderedFile[]> {
  const { rendered, refusals, malformed } = await renderStack(read, HERE);
  const problems = [...malformed, ...refusals.map(refusalSentence)];
  if (problems.length > 0) throw new StepFailure(FAILURES.configuration, problems.join('\n'));
  return rendered;
}

/** Files of the stack under their path in it, others under their absolute path. */
async function writeBelow(out: string, directory: string, rendered: readonly RenderedFile[]): Promise<void> {
  for (const { path, text, mode } of rendered) {
    const target = join(out, shownFrom(directory, path));
    await mkdir(dirname(target), { recursive: true });
    await writeAtomically(target, text, mode);
  }
}

/** As the files are now. */
export async function readFor(options: ConfigOptions, watch?: string): Promise<StackReading> {
  const { environment } = options;
  const person = { isRoot: false, home: environment['HOME'] ?? homedir() };
  const env = options.asWorker ? childEnvironment(environment, person) : { ...environment };
  return readStack(
    {
      directory: options.stackDir,
      envFile: options.envFile ?? (env['BIRDHOUSE_LOCAL_ENV'] || undefined),
      env,
      signal: new AbortController().signal,
      basic: options.basic,
      watch,
      era: options.era === undefined ? undefined : eraCalled(options.era),
    },
    HERE,
  );
}

/** As `readSettings` has them, without its library: what cannot be read is the default. */
export function hookRules(variables: Readonly<Record<string, string>>): HookedView['settings'] {
  const seconds = Number(lookUp('hookTimeoutSeconds', variables).text);
  const policy = lookUp('hookPolicy', variables).text;
  return {
    hookTimeoutSeconds: seconds > 0 ? seconds : Number(SETTINGS.hookTimeoutSeconds.default),
    hookPolicy: policy === 'stop' || policy === 'continue' ? policy : '',
  };
}

/** `exists`: a compose file of a template counts as one that is there. */
export function filesOf({ directory, reading, composeVariables }: StackReading, exists = existsOrRendered): string[] {
  return composeFiles({
    directory,
    generation: reading.era.generation,
    components: reading.listed.map(({ spelling }) => resolve(directory, spelling)),
    entries: (path) => entriesOf(path).map(({ name }) => name),
    composeFile: composeVariables['COMPOSE_FILE'] ?? '',
    separator: composeVariables['COMPOSE_PATH_SEPARATOR'] ?? '',
    exists,
  });
}

const existsOrRendered = (path: string): boolean => existsSync(path) || existsSync(`${path}${TEMPLATE_SUFFIX}`);

/** Relative inside the stack, absolute elsewhere. */
function shownFrom(directory: string, file: string): string {
  const path = relative(directory, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
