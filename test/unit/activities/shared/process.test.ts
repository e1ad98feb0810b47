import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isProcessAlive, parseProcessStart, processStart } from '../../../../activities/shared/process.js';

const fields = (state: string, start: string) => `${state} ${'1 '.repeat(18)}${start} 99`;

describe('activities/shared/process', () => {
  it('reads the start of a process whose name holds blanks and parentheses', () => {
    expect(parseProcessStart(`12 (a) b (c) ${fields('S', '4711')}`)).toBe('4711');
  });

  it('takes a process that ended and was not reaped for gone', () => {
    expect(parseProcessStart(`12 (x) ${fields('Z', '4711')}`)).toBe('gone');
  });

  it('takes a process that was reaped for gone, also when it existed a moment before', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    expect(await processStart(child.pid ?? 0)).toBe('gone');
  });

  it('tells a process from another that has its number', async () => {
    const start = await processStart(process.pid);
    expect(await isProcessAlive(process.pid, start)).toBe(true);
    expect(await isProcessAlive(process.pid, `${start}0`)).toBe(false);
  });
});
