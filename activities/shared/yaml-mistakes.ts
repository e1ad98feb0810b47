/** Mistakes in a YAML file that people write by hand, as sentences with the line of each. Pure. */
import { z } from 'zod';
import { shortLine } from '../../workflows/one-line.js';
import { nearest } from './nearest.js';
import type { Path, YamlText } from './yaml-text.js';

export interface Mistake {
  path: Path;
  /** Of an unknown key, which lies in the map at `path`. */
  key?: string;
  message: string;
}

/** What a schema of strict maps finds wrong; an unknown key is told with the known ones. */
export const mistakesIn = (error: z.ZodError | undefined, schema: z.ZodType): Mistake[] =>
  error?.issues.flatMap((issue) => mistakesOf(issue, schema)) ?? [];

function mistakesOf(issue: z.core.$ZodIssue, schema: z.ZodType): Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => ({
    path: issue.path,
    key,
    message: `is no key here; the nearest is ${nearest(key, known)} (of ${known.join(', ')})`,
  }));
}

/** Names of the keys that the map at a path may hold. */
function keysAt(schema: unknown, path: Path): string[] {
  if (isWrapped(schema)) return keysAt(schema.unwrap(), path);
  const [part, ...rest] = path;
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  return part === undefined ? Object.keys(schema.shape).sort() : keysAt(schema.shape[String(part)], rest);
}

const isWrapped = (schema: unknown): schema is z.ZodOptional | z.ZodDefault | z.ZodNullable =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable;

/** The mistakes with their lines in the text. */
export function located(mistakes: readonly Mistake[], yaml: YamlText): { line: number; message: string }[] {
  return mistakes.map(({ path, key, message }) => ({
    line: yaml.lineOf(path, key),
    message: `${describePath(key === undefined ? path : [...path, key])}${message}`,
  }));
}

/** `probes[1].url: `; empty for the whole file. Places in lists count from 0. */
function describePath(path: Path): string {
  const shown = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${shownKey(String(part))}`)).join('');
  return shown === '' ? '' : `${shown.replace(/^\./, '')}: `;
}

/** A key can be anything that a text can hold; one that is no word is quoted, on one line. */
function shownKey(key: string): string {
  const short = shortLine(key, MOST_OF_KEY);
  return /^[\w-]+$/.test(short) ? short : `"${short}"`;
}

const MOST_OF_KEY = 40;
const MOST_SENTENCES = 20;

/** `FILE line N: …`, in the order of the text, each once; of very many only the first. */
export function sentences(problems: readonly { line: number; message: string }[], file: string): string[] {
  const ordered = [...problems].sort((a, b) => a.line - b.line);
  const all = [...new Set(ordered.map(({ line, message }) => `${file} line ${line}: ${message}.`))];
  if (all.length <= MOST_SENTENCES) return all;
  const next = ordered[MOST_SENTENCES]?.line ?? 1;
  const more = `${file} line ${next}: from here on ${all.length - MOST_SENTENCES} more mistakes follow.`;
  return [...all.slice(0, MOST_SENTENCES), more];
}
