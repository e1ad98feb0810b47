/** `component.yml` as data, or every mistake in it as a sentence with its line. Pure. */
import { shortLine } from '../../workflows/one-line.js';
import { z } from 'zod';
import { nearest } from './nearest.js';
import { ManifestSchema } from './schema.js';
import { readYaml, type Path, type YamlText } from '../shared/yaml-text.js';

type Raw = z.output<typeof ManifestSchema>;

export interface Manifest extends Omit<Raw, 'on-change' | 'follow-up'> {
  onChange: Raw['on-change'];
  followUp: Raw['follow-up'];
}

export type HookRules = NonNullable<Manifest['hooks']['pre']>;
export type BusyRules = NonNullable<Manifest['busy']>;
export type ChangeRule = Manifest['onChange'][number];

/** What a component without the file has. */
export const EMPTY_MANIFEST: Manifest = { hooks: {}, probes: [], onChange: [], merge: [], followUp: [] };

/** Either, or: problems are sentences, `FILE line N: hooks.pre.timeout: should be …`, in the order of the text. */
export type ParsedManifest = { manifest: Manifest; problems?: never } | { problems: string[]; manifest?: never };

interface Mistake {
  path: Path;
  /** Of an unknown key, which lies in the map at `path`. */
  key?: string;
  message: string;
}

/** `file`: what messages call it. Never throws. */
export function parseManifest(bytes: Buffer, file: string): ParsedManifest {
  const yaml = readYaml(bytes);
  if (yaml.problems.length > 0) return { problems: sentences(yaml.problems, file) };
  // A file of comments only is an empty map.
  const value = yaml.value ?? {};
  const result = ManifestSchema.safeParse(value);
  const mistakes = [...(result.error?.issues.flatMap(mistakesOf) ?? []), ...togetherWrong(value)];
  if (mistakes.length > 0 || !result.success) return { problems: sentences(located(mistakes, yaml), file) };
  const { 'on-change': onChange, 'follow-up': followUp, ...rest } = result.data;
  return { manifest: { ...rest, onChange, followUp } };
}

function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  const known = keysAt(ManifestSchema, issue.path);
  return issue.keys.map((key) => ({
    path: issue.path,
    key,
    message: `is no key here; the nearest is ${nearest(key, known)} (of ${known.join(', ')})`,
  }));
}

/** Names of the keys that the map at a path may hold. */
function keysAt(schema: unknown, path: Path): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysAt(schema.unwrap(), path);
  const [part, ...rest] = path;
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  return part === undefined ? Object.keys(schema.shape).sort() : keysAt(schema.shape[String(part)], rest);
}

/** What single values do not show: keys that need or exclude each other. */
function togetherWrong(value: unknown): Mistake[] {
  const { busy, 'on-change': changes } = asMap(value);
  const rules: unknown[] = Array.isArray(changes) ? changes : [];
  return [...(busy === undefined ? [] : busyWrong(asMap(busy))), ...rules.flatMap((rule, at) => changeWrong(rule, at))];
}

function busyWrong(busy: Readonly<Record<string, unknown>>): Mistake[] {
  const told = ['url', 'command'].filter((key) => busy[key] !== undefined);
  return told.length === 1 ? [] : [{ path: ['busy'], message: 'should have one of url and command, and not both' }];
}

function changeWrong(rule: unknown, at: number): Mistake[] {
  const { action, signal } = asMap(rule);
  if ((action === 'signal') === (signal !== undefined)) return [];
  return [
    action === 'signal'
      ? { path: ['on-change', at], message: 'should name a signal (signal: HUP), since its action is signal' }
      : { path: ['on-change', at, 'signal'], message: 'should be there only with action: signal' },
  ];
}

const asMap = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function located(mistakes: readonly Mistake[], yaml: YamlText): { line: number; message: string }[] {
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

function sentences(problems: readonly { line: number; message: string }[], file: string): string[] {
  const ordered = [...problems].sort((a, b) => a.line - b.line);
  const all = [...new Set(ordered.map(({ line, message }) => `${file} line ${line}: ${message}.`))];
  if (all.length <= MOST_SENTENCES) return all;
  const next = ordered[MOST_SENTENCES]?.line ?? 1;
  const more = `${file} line ${next}: from here on ${all.length - MOST_SENTENCES} more mistakes follow.`;
  return [...all.slice(0, MOST_SENTENCES), more];
}
