import { beforeEach, describe, expect, it } from 'vitest';
import { BackupTurns } from '../../../../activities/deployment/backup-turns.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import type { Phase } from '../../../../workflows/contract.js';

const NOBODY = () => Promise.resolve(undefined);

/** Something that goes on until it is told to end. */
function lasting() {
  let end = (): void => undefined;
  const work = new Promise<void>((resolve) => (end = resolve));
  return { work: () => work, end };
}

describe('activities/deployment/backup-turns', () => {
  let turns: BackupTurns;
  let told: string[];
  let step: Step;
  let wake: (() => void)[];
  beforeEach(() => {
    wake = [];
    turns = new BackupTurns(() => new Promise<void>((resolve) => wake.push(resolve)));
    told = [];
    const tell = (text: string) => void told.push(text);
    step = localStep({ log: { output: () => undefined, info: tell, warn: tell } });
  });

  /** Whether it has ended when everybody has looked that many times more. */
  async function endsWithin(looks: number, waiting: Promise<unknown>): Promise<boolean> {
    let ended = false;
    waiting.then(
      () => (ended = true),
      () => (ended = true),
    );
    for (let look = 0; look <= looks; look += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const resolve of wake.splice(0)) resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
    return ended;
  }

  it.each(['advance', 'apply', 'settle', 'hand over', 'roll back'] as const)(
    'a backup begins when the phase %s is over',
    async (changing) => {
      let phase: Phase = changing;
      const backup = turns.read(
        'birds',
        step,
        () => Promise.resolve(phase),
        () => Promise.resolve(),
      );
      expect(await endsWithin(3, backup)).toBe(false);
      phase = 'record';
      expect(await endsWithin(1, backup)).toBe(true);
      expect(told).toEqual([`The backup waits for the deployment that runs (${changing})`]);
    },
  );

  it('a backup runs beside a deployment that waits for approval', async () => {
    const waits = () => Promise.resolve<Phase>('approve');
    expect(await endsWithin(0, turns.read('birds', step, waits, NOBODY))).toBe(true);
  });

  it('a deployment changes nothing while a backup of its stack runs, whatever becomes of it', async () => {
    const { work, end } = lasting();
    const failing = turns.read('birds', step, NOBODY, async () => {
      await work();
      throw new Error('the dump failed');
    });
    failing.catch(() => undefined);
    expect(await endsWithin(0, turns.free('fish', step))).toBe(true);
    const deployment = turns.free('birds', step);
    expect(await endsWithin(3, deployment)).toBe(false);
    end();
    expect(await endsWithin(1, deployment)).toBe(true);
    await expect(failing).rejects.toThrow('the dump failed');
  });

  it('a backup that waits for a deployment does not keep it waiting', async () => {
    const advancing = () => Promise.resolve<Phase>('advance');
    expect(await endsWithin(1, turns.read('birds', step, advancing, NOBODY))).toBe(false);
    expect(await endsWithin(1, turns.free('birds', step))).toBe(true);
  });

  it('leaves the waiting to the next try after 45 minutes', async () => {
    const { work } = lasting();
    void turns.read('birds', step, NOBODY, work);
    const deployment = turns.free('birds', step);
    expect(await endsWithin(45 * 60 - 1, deployment)).toBe(false);
    expect(await endsWithin(2, deployment)).toBe(true);
    await expect(deployment).rejects.toMatchObject({ type: 'Busy' });
  });

  it('a restore waits for a backup, and a backup for a restore', async () => {
    const [reads, writes] = [lasting(), lasting()];
    const backup = turns.read('birds', step, NOBODY, reads.work);
    let begun = false;
    const restore = turns.write('birds', step, () => {
      begun = true;
      return writes.work();
    });
    await endsWithin(3, restore);
    expect(begun).toBe(false);
    reads.end();
    await backup;
    await endsWithin(1, restore);
    expect(begun).toBe(true);
    const second = turns.read('birds', step, NOBODY, NOBODY);
    expect(await endsWithin(3, second)).toBe(false);
    writes.end();
    await restore;
    expect(await endsWithin(1, second)).toBe(true);
  });
});
