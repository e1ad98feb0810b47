/**
 * What the reader of a stack has to know of a `component.yml`: `merge`, `needs` and `private`. Other mistakes in the file are told by whoever
 * reads the whole of it. Pure.
 */
import { z } from 'zod';
import { MergeSchema, mergesWrong, type MergeRule } from './merge-schema.js';
import { NeedsSchema, NO_NEEDS, type Needs } from './needs-schema.js';
import { PrivateSchema } from './private-schema.js';
import { located, mistakesIn, sentences } from './yaml-mistakes.js';
import { readYaml, type Path } from './yaml-text.js';

const Schema = z.looseObject({ merge: MergeSchema, needs: NeedsSchema, private: PrivateSchema });

export interface Declarations {
  merge: MergeRule[];
  needs: Needs;
  /** Rendered files that only their owner may read. */
  private: string[];
  /** Line of a value in the file. */
  lineOf: (path: Path) => number;
  /** Sentences, `FILE line N: merge[0].into: should be …`. Nothing is declared then. */
  problems: string[];
}

/** `file`: what messages call it. Never throws. */
export function parseDeclarations(bytes: Buffer, file: string): Declarations {
  const yaml = readYaml(bytes);
  const { lineOf } = yaml;
  const refused = (problems: string[]) => ({ merge: [], needs: NO_NEEDS, private: [], lineOf, problems });
  if (yaml.problems.length > 0) return refused(sentences(yaml.problems, file));
  const value = yaml.value ?? {};
  // Whoever reads the whole file says that it is no map.
  if (typeof value !== 'object' || Array.isArray(value)) return refused([]);
  const result = Schema.safeParse(value);
  const given: unknown = 'merge' in value ? value.merge : undefined;
  const mistakes = [...mistakesIn(result.error, Schema), ...mergesWrong(given)];
  if (mistakes.length > 0 || !result.success) return refused(sentences(located(mistakes, yaml), file));
  return { ...result.data, lineOf, problems: [] };
}
