import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../../activities/components/manifest.js';
import { ManifestSchema } from '../../../../activities/components/schema.js';
import { FORMS } from '../../../../activities/shared/needs-schema.js';

const page = await readFile(join(import.meta.dirname, '../../../../docs/components.md'), 'utf8');

/** Names of the keys of maps, at any depth. */
function keysOf(schema: unknown): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return keysOf(schema.element);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}

describe('activities/components/manifest', () => {
  it('docs/components.md tells every key and every form', () => {
    const names = [...new Set([...keysOf(ManifestSchema), ...FORMS])];
    expect(names).toEqual(
      expect.arrayContaining(['hooks', 'timeout', 'bare', 'refers', 'variables', 'pattern', 'host-port']),
    );
    const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    expect(
      names.filter((name) => !spans.some((span) => new RegExp(`(?:^|[.\\]])${name}(?:\\[\\])?(?:\\.|$)`).test(span))),
    ).toEqual([]);
  });

  it('docs/components.md shows examples that are accepted', () => {
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    for (const text of blocks) expect(parseManifest(Buffer.from(text), 'FILE').problems, text).toBeUndefined();
  });
});
