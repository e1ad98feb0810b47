import { describe, expect, it } from 'vitest';
import { actionCommand, actionVariables, sortVariables } from '../../../../activities/data/action.js';

describe('activities/data/action', () => {
  const entry = {
    number: 2,
    url: 'https://example.org/data',
    checkout: 'data',
    branch: 'origin/main',
    clone: '/cache/data',
    turn: 0,
    maps: [],
    actions: [],
  };
  const facts = {
    entry,
    checkoutCache: '/cache',
    configFile: '/job.yml',
    commit: 'b',
    previous: undefined,
    changedFiles: '',
    rsyncOutput: 'sent',
  };

  it('has the names of upstream, empty where nothing is known', () => {
    expect(actionVariables(facts)).toEqual({
      CONFIG_YML: '/job.yml',
      CHECKOUT_CACHE: '/cache',
      REPO_NUM: '1',
      GIT_REPO_URL: 'https://example.org/data',
      GIT_BRANCH: 'origin/main',
      GIT_CHECKOUT_NAME: 'data',
      CLONE_DEST: '/cache/data',
      GIT_PREVIOUS_COMMIT_HASH: '',
      GIT_NEW_COMMIT_HASH: 'b',
      GIT_CHANGED_FILES: '',
      RSYNC_OUTPUT: 'sent',
    });
  });

  it('what is too long for the environment of a program is not put there', () => {
    const long = 'é'.repeat(60_000);
    expect(sortVariables({ SHORT: 'x', LONG: long })).toEqual({ exported: { SHORT: 'x' }, long: { LONG: long } });
  });

  it('the action is one word, whatever is in it', () => {
    expect(actionCommand("echo '$X'; rm", '/values', ['LONG']).args.slice(2)).toEqual([
      'deploy-data',
      "echo '$X'; rm",
      '/values',
      'LONG',
    ]);
  });
});
