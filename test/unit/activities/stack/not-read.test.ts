import { describe, expect, it } from 'vitest';
import { notRead } from '../../../../activities/stack/not-read.js';

describe('activities/stack/not-read', () => {
  it('names each list that has something in it', () => {
    expect(notRead({ DEFAULT_CONF_DIRS: './config/proxy', DELAYED_EVAL: '\n  PAVICS_FQDN_PUBLIC\n' })).toEqual([
      expect.stringMatching(/^DEFAULT_CONF_DIRS is set.*in part\.$/),
      expect.stringMatching(/^DELAYED_EVAL is set.*in part\.$/),
    ]);
    expect(notRead({ BIRDHOUSE_DEFAULT_CONF_DIRS: './components/proxy' })).toHaveLength(1);
  });

  it('has nothing to say of lists that are empty', () => {
    expect(notRead({ DEFAULT_CONF_DIRS: ' \n', DELAYED_EVAL: '', EXTRA_CONF_DIRS: './components/x' })).toEqual([]);
  });
});
