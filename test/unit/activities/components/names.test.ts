import { describe, expect, it } from 'vitest';
import { nameComponents } from '../../../../activities/components/names.js';

const names = (...dirs: string[]) => nameComponents(dirs).map(({ name }) => name);

describe('activities/components/names', () => {
  it('takes the name of the directory, and another one for a second of that name', () => {
    expect(names('/a/proxy', '/b/web', '/c/proxy')).toEqual([
      'proxy',
      'web',
      expect.stringMatching(/^proxy-[0-9a-f]{6}$/),
    ]);
    expect(names('/')).toEqual(['root']);
  });
});
