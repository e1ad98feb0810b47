import { describe, expect, it } from 'vitest';
import { componentsText, headerOf, readEnvFiles } from '../../../../scripts/fidelity/env-files.mjs';

describe('scripts/fidelity/env-files', () => {
  it('the comment in front names what the environment holds', () => {
    const text = Buffer.from('# A file.\n# export A=1 = "2"\n# everything\nB=3\n# export C=4\n');
    expect(headerOf(text)).toEqual({ exported: { A: '1 = "2"' }, everything: true });
    expect(headerOf(Buffer.from('A=1\n'))).toEqual({ exported: {}, everything: false });
  });

  it('components go by the name that the checkout knows', () => {
    expect(componentsText(['./a'], 'EXTRA_CONF_DIRS')).toContain('export EXTRA_CONF_DIRS="\n  ./a\n"');
    expect(componentsText(['./a'], 'BIRDHOUSE_EXTRA_CONF_DIRS')).toContain('export BIRDHOUSE_EXTRA_CONF_DIRS=');
  });

  it('there are at least twelve, each begins with what is required, and one is no UTF-8', async () => {
    const files = await readEnvFiles([]);
    expect(files.length).toBeGreaterThanOrEqual(12);
    for (const { name, text } of files) expect(text.toString('latin1'), name).toMatch(/^# What one tag or another/);
    expect(
      files.filter(({ text }) => !Buffer.from(text.toString('utf8')).equals(text)).map(({ name }) => name),
    ).toEqual(['bytes']);
    expect(files.filter(({ exported }) => Object.keys(exported).length > 0).map(({ name }) => name)).toEqual([
      'process',
    ]);
  });
});
