import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../../../scripts/setup/node-modules.mjs';

describe('scripts/setup/node-modules', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/only-on-windows': { version: '1.0.0', integrity: 'y', optional: true },
    },
  };

  it('an installation without the packages of other systems is complete', () => {
    expect(isInstalled(lock, { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } } })).toBe(true);
  });

  it('a missing, another and a surplus package each call for an installation', () => {
    expect(isInstalled(lock, { packages: {} })).toBe(false);
    expect(isInstalled(lock, { packages: { 'node_modules/a': { version: '1.0.1', integrity: 'z' } } })).toBe(false);
    const surplus = { 'node_modules/a': { version: '1.0.0', integrity: 'x' }, 'node_modules/b': { version: '1.0.0' } };
    expect(isInstalled(lock, { packages: surplus })).toBe(false);
  });
});
