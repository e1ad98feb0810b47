import { describe, expect, it } from 'vitest';
import type { BirdSight, WeaverSight } from '../../../../workflows/bird-sight.js';
import { birdkeeper } from '../../../support/command-line.js';

const bird = (more: Partial<BirdSight> = {}): BirdSight => ({
  ...{ bird: 'finch', wanted: true, registered: true, answers: true, processes: 2 },
  ...more,
});

function status(sight: Partial<WeaverSight>, ...args: string[]) {
  const weaverStatus = () => Promise.resolve({ stack: 'birds', url: 'http://weaver', birds: [bird()], ...sight });
  return birdkeeper(
    { settings: { stateDirectories: ['/none'] }, cwd: '/', handlers: { weaverStatus } },
    ...['weaver', 'status', ...args],
  );
}

describe('client/commands/weaver', () => {
  it('status ends with 0 when every wanted bird is registered and read', async () => {
    expect((await status({})).status).toBe(0);
    expect((await status({ birds: [bird({ answers: null })] })).status).toBe(0);
    expect((await status({ birds: [] })).status).toBe(0);
  });

  it.each<[string, Partial<WeaverSight>]>([
    ['is not registered', { birds: [bird({ registered: false })] }],
    ['does not answer', { birds: [bird({ answers: false })] }],
    ['is not read by Weaver', { birds: [{ ...bird(), processes: undefined } as unknown as BirdSight] }],
    ['could not be asked for', { problem: 'Weaver is not there.', birds: [] }],
  ])('status ends with 1 when one %s', async (_, sight) => {
    expect((await status(sight)).status).toBe(1);
  });

  it('what nobody wants is no failure', async () => {
    const { processes: _none, ...emu } = bird({ bird: 'emu', wanted: false, answers: false });
    expect((await status({ birds: [bird(), emu] })).status).toBe(0);
  });

  it('status --json prints what was seen', async () => {
    const { out } = await status({ role: 'HYBRID' }, '--json');
    expect(JSON.parse(out)).toEqual({ stack: 'birds', url: 'http://weaver', role: 'HYBRID', birds: [bird()] });
  });

  it('a command that does not exist is wrong use', async () => {
    const ran = await birdkeeper({ settings: { stateDirectories: ['/none'] }, cwd: '/' }, 'weaver', 'sing');
    expect(ran.status).toBe(2);
  });
});
