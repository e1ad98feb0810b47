import { describe, expect, it } from 'vitest';
import {
  afterHandOver,
  afterTakeOver,
  HAND_OVER_MINUTES,
  isHandedOver,
} from '../../../../workflows/keep-stack/hand-over.js';
import { readMemory } from '../../../../workflows/keep-stack/memory.js';
import { freshMemory } from '../../../../workflows/keep-stack/queue.js';

const NOW = new Date('2026-01-02T03:04:05.000Z');
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

describe('workflows/keep-stack/hand-over', () => {
  it('holds for its time or until somebody takes over, and goes with the memory', () => {
    const handed = afterHandOver(freshMemory(4), { by: 'ann@host' }, NOW);
    expect(handed.handedOver).toEqual({ by: 'ann@host', at: NOW.toISOString() });
    expect(readMemory(JSON.parse(JSON.stringify(handed)))).toEqual(handed);
    expect(isHandedOver(handed, NOW)).toBe(true);
    expect(isHandedOver(handed, later(HAND_OVER_MINUTES - 1))).toBe(true);
    expect(isHandedOver(handed, later(HAND_OVER_MINUTES))).toBe(false);
    expect(isHandedOver(afterTakeOver(handed), NOW)).toBe(false);
  });

  it('a second one counts from then', () => {
    const twice = afterHandOver(afterHandOver(freshMemory(4), {}, NOW), {}, later(20));
    expect(isHandedOver(twice, later(40))).toBe(true);
  });

  it('whatever is sent hands over, and a memory that is malformed does not', () => {
    for (const payload of [undefined, null, [], 7, { by: 7 }]) {
      expect(afterHandOver(freshMemory(4), payload, NOW).handedOver?.by).toBe('somebody');
    }
    expect(readMemory({ ...freshMemory(4), handedOver: { by: 'x', at: 'soon' } })).toEqual(freshMemory(4));
  });
});
