/** `component.yml` as data, or every mistake in it as a sentence with its line. Pure. */
import type { z } from 'zod';
import { mergesWrong } from '../shared/merge-schema.js';
import { NO_NEEDS } from '../shared/needs-schema.js';
import { located, mistakesIn, sentences, type Mistake } from '../shared/yaml-mistakes.js';
import { readYaml } from '../shared/yaml-text.js';
import { ManifestSchema } from './schema.js';

type Raw = z.output<typeof ManifestSchema>;

export interface Manifest extends Omit<Raw, 'on-change' | 'follow-up'> {
  onChange: Raw['on-change'];
  followUp: Raw['follow-up'];
}

export type HookRules = NonNullable<Manifest['hooks']['pre']>;
export type BusyRules = NonNullable<Manifest['busy']>;
export type ChangeRule = Manifest['onChange'][number];

/** What a component without the file has. */
export const EMPTY_MANIFEST: Manifest = {
  hooks: {},
  probes: [],
  onChange: [],
  merge: [],
  followUp: [],
  needs: NO_NEEDS,
  private: [],
};

/** Either, or: problems are sentences, `FILE line N: hooks.pre.timeout: should be …`, in the order of the text. */
export type ParsedManifest = { manifest: Manifest; problems?: never } | { problems: string[]; manifest?: never };

/** `file`: what messages call it. Never throws. */
export function parseManifest(bytes: Buffer, file: string): ParsedManifest {
  const yaml = readYaml(bytes);
  if (yaml.problems.length > 0) return { problems: sentences(yaml.problems, file) };
  // A file of comments only is an empty map.
  const value = yaml.value ?? {};
  const result = ManifestSchema.safeParse(value);
  const mistakes = [...mistakesIn(result.error, ManifestSchema), ...togetherWrong(value)];
  if (mistakes.length > 0 || !result.success) return { problems: sentences(located(mistakes, yaml), file) };
  const { 'on-change': onChange, 'follow-up': followUp, ...rest } = result.data;
  return { manifest: { ...rest, onChange, followUp } };
}

/** What single values do not show: keys that need or exclude each other. */
function togetherWrong(value: unknown): Mistake[] {
  const { busy, 'on-change': changes, merge } = asMap(value);
  const rules: unknown[] = Array.isArray(changes) ? changes : [];
  return [
    ...(busy === undefined ? [] : busyWrong(asMap(busy))),
    ...rules.flatMap((rule, at) => changeWrong(rule, at)),
    ...mergesWrong(merge),
  ];
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
