import { describe, expect, it } from 'vitest';
import { staleOutputs } from '../../../../scripts/setup/build.mjs';

describe('scripts/setup/build', () => {
  it('compiled files without a source go, those with one and the bundle stay', () => {
    const outputs = ['workflows/run.js', 'workflows/run.js.map', 'workflows/gone.js', 'workflows/gone.js.map'];
    const kept = ['workflow-bundle.js', 'scripts/setup/environment.mjs', '.sources'];
    expect(staleOutputs([...outputs, ...kept], ['workflows/run.ts', 'scripts/setup/environment.mjs'])).toEqual([
      'workflows/gone.js',
      'workflows/gone.js.map',
    ]);
  });
});
