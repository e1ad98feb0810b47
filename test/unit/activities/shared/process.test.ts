import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  isElsewhere,
  isProcessAlive,
  parseProcessStart,
  processMark,
  processStart,
} from '../../../../activities/shared/process.js';

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

  it('knows a process again by its mark, and a mark out of another container as such', async () => {
    const mark = (await processMark(process.pid)) ?? '';
    expect(mark).toMatch(/^\d+@\d+$/);
    expect(await isProcessAlive(process.pid, mark)).toBe(true);
    expect(await isProcessAlive(process.pid, `1${mark}`)).toBe(false);
    expect(isElsewhere(mark)).toBe(false);
    expect(isElsewhere(`${mark}0`)).toBe(true);
  });

  it('takes a mark of before, without a container, for one of here', () => {
    expect(isElsewhere('4711')).toBe(false);
    expect(isElsewhere(undefined)).toBe(false);
  });
});
