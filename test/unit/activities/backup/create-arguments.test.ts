import { describe, expect, it } from 'vitest';
import { readCreateArguments } from '../../../../activities/backup/create-arguments.js';

describe('activities/backup/create-arguments', () => {
  it.each([
    '-a \\* -u weaver -u cowbird --birdhouse-logs',
    `--component-application-data '*' -u "weaver" -u cowbird --birdhouse-logs`,
  ])('%s', (text) => {
    expect(readCreateArguments(text)).toEqual({
      selection: { application: '*', user: ['weaver', 'cowbird'] },
      platformLogs: true,
      localEnvironment: false,
      problems: [],
    });
  });

  it('a star beside names is all of them', () => {
    expect(readCreateArguments('-l a -l \\* -l b --local-env-file')).toMatchObject({
      selection: { logs: '*' },
      localEnvironment: true,
    });
  });

  it.each([
    ['-a', '-a names no component'],
    ['-a -u', '-a names no component'],
    ['--no-restic', '--no-restic is not understood'],
    ['-r stac', 'representative data of stac is not backed up'],
  ])('%s: %s', (text, problem) => {
    expect(readCreateArguments(text).problems).toContain(problem);
  });

  it('nothing is an empty selection, which a plan refuses', () => {
    expect(readCreateArguments('').selection).toEqual({});
  });
});
