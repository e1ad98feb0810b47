import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  CheckAnswer,
  DoctorAnswer,
  HistoryAnswer,
  LogLine,
  PlanAnswer,
  ReplayAnswer,
  ReplayRunningAnswer,
  StackReport,
} from '../../../client/schemas.js';
import { CowbirdAnswer, WeaverAnswer } from '../../../client/sight-schemas.js';
import { SchedulesAnswer } from '../../../client/schedule-schemas.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/commands.md', import.meta.url)), 'utf8');
const example = (command: string): unknown => {
  const text = new RegExp(`\`\`\`json ${command}\n(.*?)\`\`\``, 's').exec(page)?.[1];
  if (text === undefined) throw new Error(`docs/commands.md has no example of ${command}`);
  return JSON.parse(text);
};

describe('client/schemas', () => {
  it.each([
    ['check', CheckAnswer],
    ['plan', PlanAnswer],
    ['status', StackReport],
    ['history', HistoryAnswer],
    ['replay', ReplayAnswer],
    ['replay --running', ReplayRunningAnswer],
    ['schedules', SchedulesAnswer],
    ['logs', LogLine],
    ['doctor', DoctorAnswer],
    ['weaver status', WeaverAnswer],
    ['cowbird status', CowbirdAnswer],
  ] as const)('the documented example of %s is what the command prints', (command, schema: z.ZodType) => {
    // What the schema does not know it drops: equal means that the page names nothing else.
    expect(schema.parse(example(command))).toEqual(example(command));
  });
});
