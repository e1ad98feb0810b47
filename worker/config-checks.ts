/** `birdkeeper config validate` and `explain`: what is wrong with a configuration, and where a value comes from. */
import { existsSync } from 'node:fs';
import { birdTroubles, originAmong, untold } from '../activities/deployment/bird-settings.js';
import { readManifests } from '../activities/components/read.js';
import { FAILURES, isStepFailure, messageOf, StepFailure } from '../activities/shared/failures.js';
import { createRedactor, looksSecret, redactUrls } from '../activities/shared/redact.js';
import { CommandFailed, runCommand } from '../activities/shared/run-command.js';
import {
  aliasDiagnostics,
  defaultDiagnostics,
  namesakeDiagnostics,
  requiredDiagnostics,
  SEVERITIES,
  sorted,
  undelayedDiagnostics,
  unlistedDiagnostics,
  type Diagnostic,
  type OriginOf,
} from '../activities/stack/diagnostics.js';
import type { StackReading } from '../activities/stack/read-stack.js';
import { ALLOWED } from '../activities/stack/reader/alias-steps.js';
import { ALIASES } from '../activities/stack/reader/alias-table.js';
import { parseAliases } from '../activities/stack/reader/aliases.js';
import { findAssignment } from '../activities/stack/reader/messages.js';
import { readText } from '../activities/stack/reader/read-shell.js';
import { isName } from '../activities/stack/reader/variables.js';
import type { TraceStep } from '../activities/stack/reader/traced.js';
import { renderStack } from '../activities/stack/render-stack.js';
import { serviceNames } from '../activities/stack/service-names.js';
import type { RenderedFile } from '../activities/stack/view.js';
import { TEMPLATE_SUFFIX } from '../activities/stack/templates.js';
import { readSettings } from '../activities/stack/settings.js';
import type { ConfigOptions, ExplainAnswer, ExplainOptions, ValidateAnswer } from '../client/handlers.js';
import { filesOf, HERE, readFor } from './config.js';
import { jobDiagnostics, jobsOf } from './jobs.js';

/** Every diagnostic at once. A configuration that does not read has one. */
export async function validateConfig(options: ConfigOptions): Promise<ValidateAnswer> {
  try {
    const read = await readFor(options);
    return { era: read.reading.era.name, diagnostics: sorted(await diagnosticsOf(read)) };
  } catch (error) {
    if (!isStepFailure(error, 'Configuration')) throw error;
    return { diagnostics: [{ severity: 'error', message: messageOf(error) }] };
  }
}

async function diagnosticsOf(read: StackReading): Promise<Diagnostic[]> {
  const { reading, all, variables, lists } = read;
  const originOf = await originsIn(read);
  const { rendered, refusals } = await renderStack(read, HERE);
  const found = [
    ...settingDiagnostics(read, originOf),
    ...requiredDiagnostics(lists, all, variables, originOf),
    ...(await manifestDiagnostics(read)),
    ...refusals.map((refusal): Diagnostic => ({ severity: 'error', ...refusal })),
    ...reading.warnings.map((message): Diagnostic => ({ severity: 'warning', message })),
    ...composeDiagnostics(read),
    ...namesakeDiagnostics(read.components),
    ...aliasDiagnostics(aliasUseOf(read), all, originOf),
    ...defaultDiagnostics(lists, all),
    ...asWarnings(jobDiagnostics(await jobsOf(read), originOf)),
    ...(await ignoreDiagnostics(
      rendered.map(({ path }) => path),
      read,
    )),
    ...undelayedDiagnostics(all, variables, originOf),
    ...unlistedDiagnostics(rendered, variables, lists),
    ...reading.notes.map((message): Diagnostic => ({ severity: 'note', message })),
  ];
  return [...found, ...(await birdDiagnostics(read, rendered, found, originOf))];
}

/** What a component has said of Weaver or Cowbird is said once. */
async function birdDiagnostics(
  read: StackReading,
  rendered: readonly RenderedFile[],
  found: readonly Diagnostic[],
  originOf: OriginOf,
): Promise<Diagnostic[]> {
  const { components, variables, composeVariables } = read;
  const { era } = read.reading;
  const shown = new Map(rendered.map(({ path, text }) => [path, text.toString('utf8')]));
  const texts = await Promise.all(filesOf(read).map(async (path) => shown.get(path) ?? (await readText(path))));
  const troubles = birdTroubles({ components, variables, era, services: serviceNames(texts, composeVariables) });
  return SEVERITIES.flatMap((severity) => {
    const told = found.filter((one) => one.severity === severity || one.severity === 'error');
    const wanted = troubles.filter((one) => one.severity === severity);
    return untold(
      wanted,
      told.map(({ message }) => message),
    ).map(({ message, variables: names }) => ({ severity, message, ...originAmong(names, originOf) }));
  });
}

/** A mistake in a `component.yml`: with file and line in its sentence. */
async function manifestDiagnostics({ components }: StackReading): Promise<Diagnostic[]> {
  try {
    await readManifests(components, HERE.locate);
    return [];
  } catch (error) {
    if (!isStepFailure(error, 'Configuration')) throw error;
    return messageOf(error)
      .split('\n')
      .map((message) => ({ severity: 'error', message }));
  }
}

/** A job that does not run keeps no stack from being deployed. */
const asWarnings = (found: readonly Diagnostic[]): Diagnostic[] =>
  found.map((diagnostic) => ({ ...diagnostic, severity: 'warning' }));

function settingDiagnostics({ all, directory }: StackReading, originOf: OriginOf): Diagnostic[] {
  try {
    readSettings(all, directory, originOf);
    return [];
  } catch (error) {
    return messageOf(error)
      .split('\n')
      .map((message) => ({ severity: 'error', message }));
  }
}

function composeDiagnostics(read: StackReading): Diagnostic[] {
  const files = filesOf(read);
  if (files.length === 0) return [{ severity: 'error', message: `${read.directory} holds no compose file.` }];
  return files
    .filter((file) => !existsSync(file) && !existsSync(`${file}${TEMPLATE_SUFFIX}`))
    .map((file) => ({ severity: 'error', message: 'This compose file does not exist.', file }));
}

const GIT_MS = 20_000;

/** birdkeeper knows which files it wrote; git, and upstream's own scheduler, do not. */
async function ignoreDiagnostics(
  paths: readonly string[],
  { directory, variables }: StackReading,
): Promise<Diagnostic[]> {
  const inside = paths.filter((path) => path.startsWith(`${directory}/`));
  if (inside.length === 0) return [];
  const ask = (args: string[], input: string, okStatuses: number[]) =>
    runCommand(
      { file: 'git', args: ['-c', 'safe.directory=*', '-C', directory, ...args] },
      {
        env: { PATH: variables['PATH'] ?? '', HOME: '/' },
        signal: AbortSignal.timeout(GIT_MS),
        timeoutMs: GIT_MS,
        input,
        okStatuses,
      },
    );
  try {
    const list = `${inside.join('\0')}\0`;
    const ignored = new Set((await ask(['check-ignore', '-z', '--stdin'], list, [0, 1])).stdout.split('\0'));
    return inside
      .filter((path) => !ignored.has(path))
      .map((file) => ({
        severity: 'warning',
        message:
          'Git does not ignore this rendered file: birdkeeper knows it, but anybody else sees an unclean checkout. Add it to .gitignore.',
        file,
      }));
  } catch (error) {
    // No git, or no checkout: nothing is watched by it.
    if (error instanceof CommandFailed) return [];
    throw error;
  }
}

/** Throws `Configuration` when it does not read. Secrets are masked unless `reveal`. */
export async function explainConfig({ name, reveal, ...options }: ExplainOptions): Promise<ExplainAnswer> {
  if (!isName(name)) throw new StepFailure(FAILURES.badInput, `${JSON.stringify(name)} is no name of a variable.`);
  const read = await readFor(options, name);
  const { all, variables, reading } = read;
  const originOf = await originsIn(read);
  const redact = createRedactor(all);
  const shown = (value: string) =>
    reveal ? value : looksSecret(name, value.trim()) ? '‹redacted›' : redact(redactUrls(value));
  const derived = all[name] !== undefined && reading.all[name] === undefined;
  const origin = originOf(name);
  return {
    name,
    era: reading.era.name,
    ...(all[name] === undefined ? {} : { value: shown(all[name]) }),
    exported: variables[name] !== undefined,
    steps: [
      ...changesIn(reading.trace).map(({ by, value }) => ({
        by: 'file' in by ? by.file : by.what,
        ...('file' in by && origin?.file === by.file ? { line: origin.line } : {}),
        ...(value === undefined ? {} : { value: shown(value) }),
      })),
      ...(derived ? [{ by: "what upstream's compose script computes", value: shown(all[name] ?? '') }] : []),
    ],
    delayed: (all['DELAYED_EVAL'] ?? '').split(/\s+/).includes(name),
    aliases: aliasesOf(name, all),
    lists: (['VARS', 'OPTIONAL_VARS'] as const).filter((list) =>
      (list === 'VARS' ? read.lists.required : read.lists.optional).includes(name),
    ),
  };
}

/** Steps after which the value was another one. */
function changesIn(trace: readonly TraceStep[]): TraceStep[] {
  return trace.filter(({ value }, at) => value !== trace[at - 1]?.value);
}

function aliasUseOf({ reading, all }: StackReading) {
  const { composeScript, aliases } = reading.era.generation;
  return {
    pairs: aliasPairs(all),
    known: aliases !== 'none',
    allowed: composeScript === undefined || all[ALLOWED] === 'True',
  };
}

/** Deprecated names of this one, and the one that replaced it. */
function aliasesOf(name: string, all: Readonly<Record<string, string>>): string[] {
  return aliasPairs(all).flatMap(([old, replacement]) =>
    old === name ? [replacement] : replacement === name ? [old] : [],
  );
}

function aliasPairs(all: Readonly<Record<string, string>>) {
  const own = all['BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES'];
  return own === undefined ? ALIASES : parseAliases(own).pairs;
}

/** Where each variable is set, by the text of the files that were read. */
export async function originsIn({ reading }: StackReading): Promise<OriginOf> {
  const paths = [...new Set([...reading.files].reverse())].reverse();
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readText(path) })));
  return (name) => findAssignment(name, files);
}
