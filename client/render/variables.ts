/** Variables of a stack as text that other programs read. Pure. */
import { encode } from '../../activities/shared/bytes.js';
import type { ConfigVariable } from '../handlers.js';
import type { VariableFormat } from '../variable-formats.js';

type Render = (variables: readonly ConfigVariable[]) => string;

/**
 * `shell`: a POSIX shell that evaluates it has exactly these values. `nul`: NAME=VALUE and a NUL, for programs. `dotenv`: as Compose
 * reads a `--env-file`. `json`: an object of strings.
 */
export function renderVariables(variables: readonly ConfigVariable[], format: VariableFormat): Buffer {
  return encode(FORMATS[format](variables));
}

const FORMATS: Readonly<Record<VariableFormat, Render>> = {
  shell: (variables) =>
    lines(variables.map(({ name, value, exported }) => `${exported ? 'export ' : ''}${name}=${quotedForShell(value)}`)),
  json: (variables) =>
    `${JSON.stringify(Object.fromEntries(variables.map(({ name, value }) => [name, value])), null, 2)}\n`,
  dotenv: (variables) => lines(variables.map(({ name, value }) => `${name}=${quotedForDotenv(value)}`)),
  nul: (variables) => variables.map(({ name, value }) => `${name}=${value}\0`).join(''),
};

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

const quotedForShell = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;

/** Single quotes keep every character but themselves, and a backslash before the last one would keep them open. */
const quotedForDotenv = (value: string): string =>
  value.includes("'") || value.endsWith('\\') ? `"${value.replace(/["\\$]/g, String.raw`\$&`)}"` : `'${value}'`;
