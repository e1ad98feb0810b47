import { describe, expect, it } from 'vitest';
import { exposition } from '../../../../worker/metrics/text.js';

const gauge = (state: string, value: number) => ({
  name: 'birdkeeper_stack_state' as const,
  labels: { stack: 'a', state },
  value,
});

describe('worker/metrics/text', () => {
  it('is nothing without samples', () => {
    expect(exposition({ values: [], distributions: [] })).toBe('');
  });

  it('gathers what belongs together, whatever the order', () => {
    const paused = { name: 'birdkeeper_stack_paused' as const, labels: { stack: 'a' }, value: 1 };
    const text = exposition({ values: [gauge('behind', 0), paused, gauge('blocked', 1)], distributions: [] });
    expect(text.split('\n').filter((line) => !line.startsWith('# HELP'))).toEqual([
      '# TYPE birdkeeper_stack_state gauge',
      'birdkeeper_stack_state{stack="a",state="behind"} 0',
      'birdkeeper_stack_state{stack="a",state="blocked"} 1',
      '# TYPE birdkeeper_stack_paused gauge',
      'birdkeeper_stack_paused{stack="a"} 1',
      '',
    ]);
  });

  it('adds the buckets of a histogram up, and ends with all', () => {
    const counts = [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4];
    const text = exposition({
      values: [],
      distributions: [{ name: 'birdkeeper_run_duration_seconds', labels: { task: 'x' }, counts, sum: 7.5 }],
    });
    const values = text.split('\n').filter((line) => line.startsWith('birdkeeper'));
    expect(values[0]).toBe('birdkeeper_run_duration_seconds_bucket{task="x",le="5"} 1');
    expect(values.slice(2, 4).map((line) => line.split(' ')[1])).toEqual(['3', '3']);
    expect(values.slice(-3)).toEqual([
      'birdkeeper_run_duration_seconds_bucket{task="x",le="+Inf"} 7',
      'birdkeeper_run_duration_seconds_sum{task="x"} 7.5',
      'birdkeeper_run_duration_seconds_count{task="x"} 7',
    ]);
  });

  it('tells a series once: Prometheus refuses the page for one that is there twice', () => {
    const text = exposition({ values: [gauge('behind', 1), gauge('behind', 0)], distributions: [] });
    expect(text.match(/state="behind"/g)).toHaveLength(1);
    expect(text).toContain('state="behind"} 1');
  });

  it('escapes what a branch or a job may be called', () => {
    const text = exposition({ values: [gauge('a"b\\c\nd', 0)], distributions: [] });
    expect(text).toContain('state="a\\"b\\\\c\\nd"} 0');
  });
});
