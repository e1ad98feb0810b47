import { describe, expect, it } from 'vitest';
import { lanesOf, select, SUITES, vitestArguments } from '../../../../scripts/test/suites.mjs';

const chosen = (args: readonly string[]) => {
  const selected = select(args);
  return 'chosen' in selected ? selected.chosen.map(({ name }) => name) : [];
};
const how = { slow: false, reporter: '/r.mjs' };

describe('scripts/test/suites', () => {
  it('without names everything runs, checks first, end-to-end last', () => {
    expect(chosen([])).toEqual(['types', 'lint', 'format', 'unit', 'integration', 'replay', 'e2e']);
  });

  it('names choose, in the same order', () => {
    expect(select(['e2e', 'unit', '--slow'])).toMatchObject({
      slow: true,
      chosen: [{ name: 'unit' }, { name: 'e2e' }],
    });
  });

  it('a name that there is not stops the run instead of passing with nothing', () => {
    expect(select(['unti'])).toMatchObject({ problem: expect.stringContaining('unti is none of types') as string });
  });

  it('slow tests run only when they are asked for', () => {
    for (const suite of SUITES) {
      expect(vitestArguments(suite, how)).toContain('--exclude=**/*.slow.test.ts');
      expect(vitestArguments(suite, { ...how, slow: true }).join(' ')).not.toContain('slow.test');
    }
  });

  it('the two long suites run beside each other and the short ones, and the checks beside them all', () => {
    const selected = select([]);
    const { checks, lanes } = lanesOf('chosen' in selected ? selected.chosen : []);
    expect(checks.map(({ name }) => name)).toEqual(['types', 'lint', 'format']);
    expect(lanes.map((lane) => lane.map(({ name }) => name))).toEqual([['unit', 'replay'], ['integration'], ['e2e']]);
    expect(lanesOf([]).lanes).toEqual([]);
  });

  it('end-to-end and integration files run two at a time', () => {
    const argumentsOf = (name: string) =>
      SUITES.filter((suite) => suite.name === name).flatMap((suite) => vitestArguments(suite, how));
    expect(argumentsOf('e2e')).toContain('--maxWorkers=2');
    expect(argumentsOf('integration')).toContain('--maxWorkers=2');
  });
});
