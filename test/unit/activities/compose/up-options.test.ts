import { describe, expect, it } from 'vitest';
import { readUpOptions } from '../../../../activities/compose/up-options.js';

const NAME = 'COMPOSE_UP_EXTRA_OPTS';

describe('activities/compose/up-options', () => {
  it.each<[string[], boolean]>([
    [[], false],
    [['--remove-orphans'], true],
    [['--remove-orphans=true'], true],
    [['--remove-orphans=false'], false],
    [['--remove-orphans', '--remove-orphans=false'], false],
  ])('%j is understood', (words, removeOrphans) => {
    expect(readUpOptions(words, NAME)).toEqual({ removeOrphans, warnings: [] });
  });

  it('whatever else has no effect, and is named without its value', () => {
    const { removeOrphans, warnings } = readUpOptions(
      ['--quiet-pull', '--remove-orphans', '--timeout', '30', '-t', '--scale=web=2', '--scale=db=2'],
      NAME,
    );
    expect(removeOrphans).toBe(true);
    expect(warnings).toEqual([
      'COMPOSE_UP_EXTRA_OPTS: --quiet-pull, --timeout, -t, --scale has no effect, because services are touched one by one; only --remove-orphans is understood.',
    ]);
    expect(readUpOptions(['web'], NAME).warnings[0]).toContain(`${NAME}: what it holds has no effect`);
  });
});
